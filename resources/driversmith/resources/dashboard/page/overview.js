// All sessions together.

const ENDED = [
  { name: "at the first try", key: "first_try", style: "first" },
  { name: "after healing", key: "healed", style: "healed" },
  { name: "failed", key: "failed", style: "failed" },
];
const SPENT = [
  { name: "spent", key: "dollars", style: "healed" },
  { name: "saved by the cache", key: "saved", style: "first" },
];
const STRATEGIES = {
  prompt_adjustment: "What the writer is given changes: corrected facts, the words of the diagnosis",
  simplify: "A model fills in a small schema, and writes no code",
  fallback: "The templates write the whole driver",
  abort: "Stopped, with the reason and what a person can do",
};

function overview(data) {
  const metrics = data.metrics;
  if (!metrics.sessions.total) return [empty(data)];
  return [
    el("div", { class: "head" }, el("h1", {}, "What was made, and what healed"), el("p", { class: "soft" }, `${count(metrics.sessions.total, "session")}${data.since ? ` since ${data.since}` : ""}`)),
    headline(data),
    el("div", { class: "pair" }, success(metrics), cost(metrics)),
    el("div", { class: "pair" }, strategies(metrics), diagnoses(metrics)),
    drivers(data),
    el("div", { class: "pair" }, facts(data), findings(metrics)),
    sessions(data),
  ];
}

function headline(data) {
  const metrics = data.metrics;
  const healed = metrics.after_healing_success_rate;
  const tokens = metrics.tokens;
  const corrected = Object.values(data.corrected_by_kind).reduce((sum, one) => sum + one, 0);
  const recovered = metrics.crash_recovery_rate;
  return card(
    "At a glance",
    "",
    el(
      "dl",
      { class: "figures" },
      figure("Success at the first try", percent(metrics.first_try_success_rate)),
      figure("Success after healing", percent(healed), recovered === null ? "" : `${percent(recovered)} of interrupted sessions recovered`),
      figure("Attempts a session", metrics.mean_supervisor_attempts === null ? "–" : metrics.mean_supervisor_attempts.toFixed(2), "on average"),
      figure("Facts corrected", whole(corrected), data.more_sessions ? `in the newest ${data.sessions.length} sessions` : ""),
      figure("Spent on models", dollars(metrics.dollars), `${count(tokens.calls, "request")}, ${whole(tokens.input + tokens.cached + tokens.output)} tokens`),
      figure("Saved by the cache", dollars(metrics.dollars_saved_by_cache), metrics.cache_hit_rate === null ? "" : `${percent(metrics.cache_hit_rate)} of input tokens`),
      metrics.unhandled_exceptions ? figure("Faults of driversmith", whole(metrics.unhandled_exceptions), "caught; its log has them") : null,
    ),
  );
}

function success(metrics) {
  const ended = Object.fromEntries(ENDED.map((one) => [one.key, metrics.by_day.reduce((sum, day) => sum + day[one.key], 0)]));
  const total = Object.values(ended).reduce((sum, one) => sum + one, 0);
  const share = el("div", { class: "share", "aria-hidden": "true" });
  for (const one of ENDED) {
    if (!ended[one.key]) continue;
    const part = el("span", { class: one.style });
    part.style.flex = `${ended[one.key]} 1 0`;
    share.append(part);
  }
  const told = keys(ENDED, (one) => `${whole(ended[one.key])} ${one.name}`);
  const attempts = Object.entries(metrics.sessions.by_attempts);
  const most = Math.max(1, ...attempts.map(([, often]) => often));
  const columns = [
    { name: "Attempts", cell: ([number]) => number },
    { unseen: "Bar", bars: true, cell: ([, often]) => bar(often / most) },
    { name: "Sessions", number: true, cell: ([, often]) => whole(often) },
  ];
  const tried = attempts.length ? table("Sessions by attempts", columns, attempts) : null;
  const drawn = metrics.by_day.length > 1 ? day_chart("How sessions ended, by day", all_days(metrics.by_day), ENDED, whole) : null;
  return card("How sessions ended", `${whole(total)} that ended by themselves`, drawn ? null : [share, told], drawn, tried);
}

function cost(metrics) {
  const tokens = metrics.tokens;
  const known = metrics.by_day.some((day) => day.dollars || day.saved);
  const drawn = metrics.by_day.length > 1 && known ? day_chart("What models cost, by day", all_days(metrics.by_day), SPENT, dollars) : null;
  const columns = [
    { name: "Tokens", cell: (row) => row[0] },
    { unseen: "Bar", bars: true, cell: (row) => bar(row[1] / Math.max(1, tokens.input, tokens.cached, tokens.output)) },
    { name: "Count", number: true, cell: (row) => whole(row[1]) },
  ];
  const rows = [["Input", tokens.input], ["Input from the cache", tokens.cached], ["Output", tokens.output]];
  if (!tokens.calls) return card("Cost", "", el("p", { class: "soft" }, "No model was asked: the templates cost nothing."));
  return card("Cost", `${dollars(metrics.dollars)} for ${count(tokens.calls, "request")}`, drawn, table("Tokens by kind", columns, rows));
}

function strategies(metrics) {
  const known = Object.entries(metrics.diagnoses.helped_by_strategy);
  if (!known.length) return card("What healing did", "", el("p", { class: "soft" }, "Nothing had to be healed yet."));
  const columns = [
    { name: "Strategy", cell: ([name]) => [said(name), el("div", { class: "small soft" }, STRATEGIES[name] || "")] },
    { name: "Helped", number: true, cell: ([, told]) => whole(told.helped) },
    { name: "Did not", number: true, cell: ([, told]) => whole(told.did_not_help) },
    { name: "Open", number: true, cell: ([, told]) => whole(told.unknown) },
  ];
  const rate = metrics.diagnoses.helped_rate;
  return card("What healing did", rate === null ? "" : `${percent(rate)} of what is known helped`, table("Strategies, and whether they helped", columns, known));
}

function diagnoses(metrics) {
  const told = metrics.diagnoses;
  if (!told.count) return card("Diagnoses", "", el("p", { class: "soft" }, "No failure was diagnosed."));
  const by = Object.entries(told.by_source).map(([source, often]) => `${whole(often)} by ${source}`).join(", ");
  const slow = told.with_model;
  const note = slow.count && slow.latency_seconds.p50 !== null ? `A model was asked ${count(slow.count, "time")}: ${duration(slow.latency_seconds.p50)} and ${dollars(slow.cost_usd.p50)} in the middle.` : "";
  return card("Diagnoses", by, counts("Diagnoses by type of error", "Type", "Count", Object.entries(told.by_error_type)), note ? el("p", { class: "small soft" }, note) : null);
}

function facts(data) {
  const kinds = Object.entries(data.corrected_by_kind);
  if (!kinds.length) return card("Facts corrected", "", el("p", { class: "soft" }, "No description was found wrong."));
  const shown = data.corrected.slice(0, 8);
  const rest = data.corrected.slice(8);
  const list = (ones) => el("ul", { class: "facts" }, ones.map((one) => el("li", {}, el("div", { class: "row" }, el("span", { class: "mono" }, one.fact), session_link(one.session_id, one.api_name)), change(one))));
  return card(
    "Facts corrected",
    "described otherwise than the API is",
    counts("Corrected facts by kind", "Kind", "Count", kinds, 6),
    el("h3", {}, "The newest ones"),
    list(shown),
    rest.length ? el("details", { "data-keep": "facts" }, el("summary", {}, `${rest.length} more`), list(rest)) : null,
  );
}

function findings(metrics) {
  const codes = Object.entries(metrics.findings_by_code);
  const tries = Object.entries(by_kind_of_file(metrics.tries_by_file));
  return card(
    "Findings by kind",
    "of all checks, over all attempts",
    codes.length ? counts("Findings by code", "Code", "Count", codes) : el("p", { class: "soft" }, "The checks found nothing."),
    tries.length ? [el("h3", {}, "Answers of models by file"), counts("Tries by file", "File", "Answers", tries, 6)] : null,
  );
}

// The packages of drivers have names of their own; their files have not.
function by_kind_of_file(tries) {
  const merged = {};
  for (const [path, often] of Object.entries(tries)) {
    const name = path.replace(/^[^/]+_driver\//, "");
    merged[name] = (merged[name] || 0) + often;
  }
  return merged;
}

function drivers(data) {
  if (!data.drivers.length) return card("Drivers", "", el("p", { class: "soft" }, "No session has made a driver yet."));
  const line = (driver) =>
    el(
      "li",
      {},
      el("div", { class: "row" }, el("h3", {}, driver.driver), level_of(driver.level), session_link(driver.session_id, "How it was made"), el("span", { class: "soft small" }, moment(driver.at))),
      el("p", { class: "small soft" }, `${count(driver.passed, "behaviour")} passed${driver.failed ? `, ${whole(driver.failed)} failed` : ""}${driver.skipped ? `; ${count(driver.skipped, "operation")} left out` : ""}. `, el("span", { class: "mono" }, driver.folder)),
      proof(driver.objects, `${driver.driver} at ${driver.folder}`),
    );
  const shown = data.drivers.slice(0, 6);
  const rest = data.drivers.slice(6);
  return card(
    "Drivers, with their proof",
    "live: read from the real API; mock: by the contract suite alone",
    el("ul", { class: "drivers" }, shown.map(line)),
    rest.length ? el("details", { "data-keep": "drivers" }, el("summary", {}, `${rest.length} more`), el("ul", { class: "drivers" }, rest.map(line))) : null,
  );
}

function proof(objects, whose) {
  const rows = Object.entries(objects);
  if (!rows.length) return null;
  const columns = [
    { name: "Object", cell: ([name]) => el("span", { class: "mono" }, name) },
    { name: "Proof", cell: ([, told]) => level_of(told.level) },
    { name: "Records", number: true, cell: ([, told]) => (told.pages ? whole(told.records) : "") },
    { name: "Pages", number: true, cell: ([, told]) => (told.pages ? whole(told.pages) : "") },
    { name: "All of them", cell: ([, told]) => (told.complete === null || !told.pages ? "" : told.complete ? "yes" : "no") },
  ];
  const noted = rows.filter(([, told]) => told.note).map(([name, told]) => el("li", {}, el("span", { class: "mono" }, name), ": ", told.note));
  const drawn = el("div", {}, table(`Proof by object of ${whose}`, columns, rows), noted.length ? el("ul", { class: "notes small soft" }, noted) : null);
  if (rows.length <= 8) return drawn;
  const live = rows.filter(([, told]) => told.level === "live").length;
  return el("details", { "data-keep": `proof ${whose}` }, el("summary", {}, `${count(rows.length, "object")}, ${whole(live)} of them live`), drawn);
}

function sessions(data) {
  const columns = [
    { name: "API", cell: (one) => [session_link(one.session_id, one.api_name), el("div", { class: "small soft" }, one.api_url)] },
    { name: "Status", cell: (one) => [status_of(one.status), one.error ? el("div", { class: "small soft" }, said(one.error)) : ""] },
    { name: "Driver", cell: (one) => (one.level ? level_of(one.level) : "") },
    { name: "Attempts", number: true, cell: (one) => (one.attempts ? whole(one.attempts) : "") },
    { name: "Healed by", cell: (one) => one.strategies.map(said).join(", ") },
    { name: "Facts", number: true, cell: (one) => (one.corrected ? whole(one.corrected) : "") },
    { name: "Took", number: true, cell: (one) => duration(one.seconds) },
    { name: "Begun", cell: (one) => moment(one.at) },
  ];
  const shown = data.sessions.slice(0, 20);
  const rest = data.sessions.slice(20);
  return card(
    "Sessions",
    data.more_sessions ? `the newest ${data.sessions.length}` : "newest first",
    table("Sessions", columns, shown),
    rest.length ? el("details", { "data-keep": "sessions" }, el("summary", {}, `${rest.length} more`), table("Further sessions", columns, rest)) : null,
  );
}

function session_link(id, text) {
  return el("a", { href: `#session=${encodeURIComponent(id)}` }, text || id);
}

function empty(data) {
  return el(
    "section",
    { class: "card empty", "aria-labelledby": "h-empty" },
    el("h1", { id: "h-empty" }, data.since ? "Nothing happened in that time" : "Nothing was made yet"),
    el("p", {}, "A session makes a driver for an API: it reads the description, writes and checks the code, and reads real records through it. What it took, and what had to be healed, shows here."),
    el(
      "ol",
      { class: "steps" },
      el("li", {}, "In a chat, ask: ", el("code", {}, "Make a driver for Open-Meteo at https://api.open-meteo.com")),
      el("li", {}, "Or in a terminal: ", el("code", {}, "driversmith generate Open-Meteo https://api.open-meteo.com")),
      el("li", {}, "To see what healing looks like, with no key and no network: ", el("code", {}, "driversmith demo --heal")),
    ),
    el("p", { class: "soft small" }, "This page stays up to date by itself."),
  );
}
