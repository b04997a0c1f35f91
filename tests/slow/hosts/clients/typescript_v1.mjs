// The first TypeScript SDK: leaves a call after its time-out, and attaches again. Arguments: command, URL.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { walk } from './typescript.mjs';

await walk(Client, StdioClientTransport, (client, params, options) => client.callTool(params, undefined, options));
