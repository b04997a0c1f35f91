// The page: what is shown, when it is asked for again, and light or dark.

const main = document.getElementById("main");
const notice = document.getElementById("status");
let feed;
let shown = "";
let timer = 0;
let turn = 0;

// In a host's frame a link to a place in the page would lead to the host's own page: there, what was chosen is kept here.
const in_frame = document.body.dataset.feed === "app";
let framed_choice = "";

function chosen_session() {
  return new URLSearchParams(in_frame ? framed_choice : location.hash.slice(1)).get("session");
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  const place = link ? link.getAttribute("href") : null;
  if (place === "#main") {
    event.preventDefault();
    main.focus();
  } else if (place !== null && in_frame) {
    event.preventDefault();
    framed_choice = place.slice(1);
    update();
  }
});

async function update() {
  clearTimeout(timer);
  const now = ++turn;
  try {
    const session = chosen_session();
    const data = await feed.load(session);
    if (now === turn) show(data, session);
  } catch (error) {
    if (now !== turn) return;
    if (error instanceof NotSignedIn) {
      sign_in(error.message);
      return;
    }
    tell(error.message);
    framed_choice = "";
    if (shown === "") draw("error", () => [el("section", { class: "card" }, el("h1", {}, "There is nothing to show"), el("p", {}, error.message), el("p", {}, el("a", { href: "#" }, "All sessions")))]);
    again(feed.pace[1]);
  }
}

function show(data, session) {
  const story_only = !data.metrics;
  const { made_at, ...rest } = data;
  const drawn = JSON.stringify([session, rest]);
  if (drawn !== shown) {
    const title = data.session && (session || story_only) ? `${data.session.line.api_name} · driversmith` : "driversmith";
    document.title = title;
    draw(session || "", () => (data.session && (session || story_only) ? story(data.session, story_only) : overview(data)));
    shown = drawn;
  }
  const busy = !story_only && data.sessions.some((one) => !["succeeded", "failed", "cancelled"].includes(one.status));
  tell(!feed.pace[1] ? `As of ${clock(new Date(made_at))}` : busy ? "A session is at work." : "");
  again(feed.pace[busy ? 0 : 1]);
}

function again(seconds) {
  if (seconds && !document.hidden) timer = setTimeout(update, seconds * 1000);
}

// Words of the status line are only written when they change, since a screen reader says them each time.
function tell(words) {
  if (notice.textContent !== words) notice.textContent = words;
}

// What stood open, had the focus or was scrolled to stays so, unless another view begins.
let view = null;
function draw(name, make) {
  const same = view === name;
  const open = new Set([...main.querySelectorAll("details[open][data-keep]")].map((one) => one.dataset.keep));
  const place = [window.scrollX, window.scrollY];
  const focused = document.activeElement;
  const held = main.contains(focused) ? [focused.getAttribute("href"), focused.closest("details")?.dataset.keep] : null;
  clear_charts();
  main.replaceChildren(...make());
  if (same) {
    for (const one of main.querySelectorAll("details[data-keep]")) one.open = open.has(one.dataset.keep);
    if (held) [...main.querySelectorAll("a, summary")].find((one) => (held[0] ? one.getAttribute("href") === held[0] : one.parentElement.dataset.keep === held[1]))?.focus({ preventScroll: true });
    window.scrollTo(...place);
  } else if (view !== null) {
    window.scrollTo(0, 0);
    main.focus({ preventScroll: true });
  }
  view = name;
}

function sign_in(why) {
  const field = el("input", { id: "token", type: "password", autocomplete: "off", required: true, "aria-describedby": "token-help" });
  const submitted = (event) => {
    event.preventDefault();
    feed.sign_in(field.value.trim());
    update();
  };
  shown = "";
  draw("sign in", () => [
    el(
      "section",
      { class: "card empty" },
      el("h1", {}, "Who asks?"),
      why ? el("p", { role: "alert" }, why) : null,
      el("form", { on: { submit: submitted } }, el("label", { for: "token" }, "Bearer token of this server"), field, el("button", { type: "submit" }, "Show my sessions")),
      el("p", { class: "small soft", id: "token-help" }, "The same that your MCP client sends. It stays in this tab, and is forgotten with it."),
    ),
  ]);
  field.focus();
}

const THEMES = ["system", "light", "dark"];
const theme_button = document.getElementById("theme");
let theme = "system";

function set_theme(chosen, keep) {
  theme = THEMES.includes(chosen) ? chosen : "system";
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  theme_button.textContent = `Theme: ${theme}`;
  if (keep) {
    try {
      localStorage.setItem("driversmith-theme", theme);
    } catch {
      // a page in a sandbox keeps nothing
    }
  }
  redraw_charts();
}

theme_button.addEventListener("click", () => set_theme(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length], true));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw_charts);
try {
  set_theme(localStorage.getItem("driversmith-theme"));
} catch {
  set_theme("system");
}

const held = document.getElementById("data").textContent.trim();
const FEEDS = {
  file: () => file_feed(JSON.parse(held)),
  http: http_feed,
  app: () => app_feed(() => feed && update(), (context) => context.theme && set_theme(context.theme)),
};
feed = FEEDS[document.body.dataset.feed]();
window.addEventListener("hashchange", update);
document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : update()));
update();
