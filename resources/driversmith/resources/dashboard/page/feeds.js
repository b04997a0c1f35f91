// Where the figures come from. A feed has `load(session)`, which gives the dashboard as JSON or throws, and its pace: seconds
// until it is asked again, while a session is at work and else; 0 is never.

class NotSignedIn extends Error {}

// A page that holds its data: one session as one file.
function file_feed(held) {
  return { pace: [0, 0], load: async () => held };
}

// The server that gave the page. The token stays in this tab, and goes nowhere but there.
function http_feed() {
  const KEPT = "driversmith-token";
  const fragment = new URLSearchParams(location.hash.slice(1));
  if (fragment.has("token")) {
    remember(KEPT, fragment.get("token"));
    fragment.delete("token");
    history.replaceState(null, "", `${location.pathname}${location.search}${fragment.size ? `#${fragment}` : ""}`);
  }
  const place = new URL(`${location.pathname.replace(/\/$/, "")}/data`, location.origin);
  const since = new URLSearchParams(location.search).get("since");
  const wanted = document.body.dataset.token === "wanted";
  return {
    pace: [3, 15],
    sign_in: (token) => remember(KEPT, token),
    async load(session) {
      const token = remembered(KEPT);
      if (wanted && !token) throw new NotSignedIn("");
      place.search = new URLSearchParams({ ...(since ? { since } : {}), ...(session ? { session } : {}) });
      const answer = await fetch(place, { cache: "no-store", headers: token ? { Authorization: `Bearer ${token}` } : {} });
      if (answer.status === 401 || answer.status === 403) {
        remember(KEPT, "");
        throw new NotSignedIn(token ? "That token does not count here." : "");
      }
      const told = await answer.json();
      if (!answer.ok) throw new Error(told.error || `The server answered ${answer.status}.`);
      return told;
    },
  };
}

// A host of MCP Apps: JSON-RPC with the window around this one, which calls the server's tools for us, where it may.
function app_feed(pushed, themed) {
  const waiting = new Map();
  let last = 0;
  let latest = null;
  let may_ask = false;
  let waited_for = true;
  let first;
  const arrived = new Promise((resolve) => (first = resolve));
  const post = (message) => window.parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
  const request = (method, params) =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      post({ id: last, method, params });
    });
  window.addEventListener("message", (event) => {
    const message = event.data;
    if (event.source !== window.parent || !message || message.jsonrpc !== "2.0") return;
    if (message.method === undefined) {
      const asked = waiting.get(message.id);
      waiting.delete(message.id);
      if (asked) message.error ? asked.reject(new Error(message.error.message)) : asked.resolve(message.result);
    } else if (message.method === "ui/notifications/tool-result") {
      const found = pushed_answer(message.params);
      latest = found || latest;
      if (waited_for) first();
      else if (found) pushed();
    } else if (message.method === "ui/notifications/host-context-changed") themed(message.params);
    else if (message.id !== undefined) post({ id: message.id, result: {} }); // ping, ui/resource-teardown
  });
  const feed = {
    pace: [0, 0],
    async load(session) {
      await opened;
      if (!session) await (may_ask ? Promise.race([arrived, new Promise((late) => setTimeout(late, SECONDS_FOR_HOST * 1000))]) : arrived);
      waited_for = false;
      const given = latest;
      if (!session && given && (given.whole || !may_ask)) {
        if (may_ask) latest = null; // asked for anew the next time
        return given.data;
      }
      if (!may_ask) throw new Error(`This host lets the page ask for nothing. In the chat, ask for ${session ? "get_session with view=story" : "query_history with kind=dashboard"}.`);
      const told = dashboard_of(await all_items("query_history", { kind: "dashboard", limit: 50 }));
      return session ? { ...told, session: story_of(await all_items("get_session", { session_id: session, view: "story" })) } : told;
    },
  };
  async function all_items(name, given) {
    const items = [];
    let cursor = null;
    do {
      const answer = await request("tools/call", { name, arguments: cursor ? { ...given, cursor } : given });
      if (answer.isError) throw new Error(answer.content.map((part) => part.text || "").join("\n"));
      items.push(...answer.structuredContent.items);
      cursor = answer.structuredContent.next_cursor;
    } while (cursor);
    return joined(items);
  }
  const opened = request("ui/initialize", {
    protocolVersion: "2026-01-26",
    appInfo: { name: "driversmith", version: "1" },
    appCapabilities: {},
  }).then((host) => {
    may_ask = Boolean(host.hostCapabilities && host.hostCapabilities.serverTools);
    if (may_ask) feed.pace = [30, 0]; // a host may have to ask its user each time
    themed(host.hostContext || {});
    post({ method: "ui/notifications/initialized", params: {} });
    new ResizeObserver(() => post({ method: "ui/notifications/size-changed", params: { height: Math.ceil(document.documentElement.getBoundingClientRect().height) } })).observe(document.documentElement);
  });
  return feed;
}

const SECONDS_FOR_HOST = 3;

// The dashboard in an answer of a tool: its first page has the figures, and as much of the lists as fits.
function pushed_answer(answer) {
  const told = answer && answer.structuredContent;
  const items = told && Array.isArray(told.items) ? joined(told.items) : [];
  return items.some((item) => item.item === "dashboard") ? { data: dashboard_of(items), whole: !told.next_cursor } : null;
}

// Items, those that came in parts put together again.
function joined(items) {
  const whole_ones = [];
  let text = "";
  for (const item of items) {
    if (item.part === undefined || item.parts === undefined || item.text === undefined) whole_ones.push(item);
    else {
      text = item.part === 1 ? item.text : text + item.text;
      if (item.part === item.parts) whole_ones.push(JSON.parse(text));
    }
  }
  return whole_ones;
}

const of_kind = (items, kind) => items.filter((item) => item.item === kind).map(({ item, ...rest }) => rest);

// The items of `query_history(kind="dashboard")`, and of `get_session(view="story")`, as what they are of.
function dashboard_of(items) {
  return { ...of_kind(items, "dashboard")[0], sessions: of_kind(items, "session"), drivers: of_kind(items, "driver"), corrected: of_kind(items, "corrected") };
}

function story_of(items) {
  return { ...of_kind(items, "story")[0], attempts: of_kind(items, "attempt"), moments: of_kind(items, "moment") };
}

function remember(name, text) {
  try {
    text ? sessionStorage.setItem(name, text) : sessionStorage.removeItem(name);
  } catch {
    remember.here = { ...remember.here, [name]: text };
  }
}

function remembered(name) {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return (remember.here || {})[name] || null;
  }
}
