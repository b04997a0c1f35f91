// What both TypeScript SDKs do: list, generate, time out while the API is held up, attach again, read.
export async function walk(Client, StdioClientTransport, call) {
  const [command, url] = process.argv.slice(2);
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StdioClientTransport({ command, args: ['serve'], env: process.env, stderr: 'ignore' }));
  const { tools } = await client.listTools();
  const held = { api_name: 'Held', api_url: url, spec: `${url}/held.json` };
  let timedOut = false;
  try {
    await call(client, { name: 'generate_driver_supervised', arguments: held }, { timeout: 3000 });
  } catch (error) {
    timedOut = /timed? ?out/i.test(String(error));
  }
  console.log('held');
  await new Promise((resolve) => process.stdin.once('data', resolve));
  const heard = [];
  const made = await call(
    client,
    { name: 'generate_driver_supervised', arguments: held },
    { onprogress: (progress) => heard.push(progress.message), timeout: 60000 },
  );
  const session = made.structuredContent.session_id;
  const read = await call(client, { name: 'read_records', arguments: { session_id: session, object_name: 'pets' } }, {});
  const listed = await call(client, { name: 'query_history', arguments: { kind: 'sessions' } }, {});
  console.log(JSON.stringify({
    tools: tools.length,
    timedOut,
    status: made.structuredContent.status,
    sessions: listed.structuredContent.items.length,
    records: read.structuredContent.records.length,
    heard: heard.length,
    kinds: [...new Set(made.content.map((part) => part.type))],
  }));
  await client.close();
  process.exit(0);
}
