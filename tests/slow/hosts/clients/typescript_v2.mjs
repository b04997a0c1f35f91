// The second TypeScript SDK, as the first. Arguments: command, URL.
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { walk } from './typescript.mjs';

await walk(Client, StdioClientTransport, (client, params, options) => client.callTool(params, options));
