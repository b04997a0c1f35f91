// One session: each try, run, diagnosis, plan and correction, in order.

const PART_NAMES = { session: "Session", attempt: "Attempt", try: "File", run: "Run against the mock", model: "Waiting for the model", diagnosis: "Diagnosis", plan: "Next attempt", fact: "Fact", driver: "Driver" };

function story(told, alone) {
  const line = told.line;
  return [
    el(
      "div",
      { class: "head" },
      alone ? null : el("p", {}, el("a", { href: "#" }, "All sessions")),
      el("h1", {}, line.api_name),
      el("p", { class: "row" }, status_of(line.status), line.level ? level_of(line.level) : "", el("span", { class: "mono soft" }, line.api_url)),
      el("p", { class: "soft small row" }, el("span", { class: "mono" }, line.session_id), moment(line.at), el("span", {}, duration(line.seconds))),
    ),
    told.error ? failure(told.error) : null,
    figures_of(told),
    told.attempts.length ? attempts(told.attempts) : null,
    timeline(told),
    Object.keys(told.objects).length ? card("Proof by object", told.isolation === "none" ? "" : `its code ran in ${told.isolation}`, proof(told.objects, line.driver)) : null,
    told.corrected.length ? card("Facts corrected", "", el("ul", { class: "facts" }, told.corrected.map((one) => el("li", {}, el("span", { class: "mono" }, one.fact), change(one), el("p", { class: "small soft" }, one.because))))) : null,
    left_out(told),
  ].filter(Boolean);
}

function failure(error) {
  return card("Why there is no driver", said(error.code), el("p", { class: "quoted" }, error.message), error.next_action ? el("p", { class: "quoted" }, el("strong", {}, "What to do: "), error.next_action) : null);
}

function figures_of(told) {
  const usage = told.usage;
  const asked = Object.entries(told.asked_for).map(([name, given]) => [said(name), value(given)]);
  return card(
    "At a glance",
    "",
    el(
      "dl",
      { class: "figures" },
      figure("Attempts", whole(told.attempts.length || told.line.attempts)),
      figure("Facts corrected", whole(told.corrected.length)),
      figure("Objects", whole(Object.keys(told.objects).length), `${whole(Object.values(told.objects).filter((one) => one.level === "live").length)} read from the real API`),
      figure("Model requests", whole(usage.calls), usage.calls ? `${whole(usage.input_tokens + usage.cached_tokens + usage.output_tokens)} tokens, ${percent(usage.cached_tokens / Math.max(1, usage.cached_tokens + usage.input_tokens))} of input cached` : ""),
      figure("Spent", dollars(usage.cost_usd)),
    ),
    el("details", { "data-keep": "asked" }, el("summary", {}, "What was asked for"), pairs(...asked, ["folder", told.folder])),
  );
}

function attempts(list) {
  const columns = [
    { unseen: "Attempt", cell: (one) => `Attempt ${whole(one.attempt)}` },
    { name: "Outcome", cell: (one) => [status_of(one.outcome), one.error ? el("div", { class: "small soft" }, one.error) : ""] },
    { name: "Otherwise", cell: (one) => (one.strategy ? said(one.strategy) : "") },
    { name: "Written by", cell: (one) => one.engine },
    { name: "Tries", cell: (one) => Object.entries(one.tries).map(([path, tries]) => el("div", { class: "small" }, el("span", { class: "mono" }, path), ` ${tries}`)) },
    { name: "Findings", cell: (one) => Object.entries(one.findings).map(([code, often]) => el("div", { class: "small" }, el("span", { class: "mono" }, code), ` ${often}`)) },
    { name: "Runs", number: true, cell: (one) => whole(one.contract_runs) },
    { name: "Took", number: true, cell: (one) => duration(one.seconds) },
  ];
  return card("Attempts", "", table("Attempts of the session", columns, list));
}

function timeline(told) {
  const left = told.moments_left_out ? `${count(told.moments_left_out, "moment")} in the middle left out` : "";
  return card("What happened", left, el("ol", { class: "timeline" }, told.moments.map(moment_line)));
}

function moment_line(one) {
  const kind = one.level === "error" || one.kind === "file.rejected" || one.details.broken ? "bad" : ["file.accepted", "attempt.succeeded", "session.succeeded"].includes(one.kind) || (one.part === "run" && one.level === "info") ? "good" : ["diagnosis", "plan", "fact"].includes(one.part) ? "turn" : "";
  return el(
    "li",
    { class: `${one.part} ${kind}` },
    el("time", { datetime: `PT${one.seconds}S` }, `+${duration(one.seconds)}`),
    el("div", { class: "what" }, el("p", { class: "part" }, PART_NAMES[one.part], one.details.strategy ? ` · ${said(one.details.strategy)}` : ""), el("p", { class: `quoted ${one.kind === "attempt.started" ? "attempt-name" : ""}` }, one.message), one.part === "fact" && "described" in one.details ? change(one.details) : null, more_of(one)),
  );
}

const DETAIL_NAMES = { root_cause: "Root cause", fix_description: "What follows", prompt_modification: "Said to the writer", evidence: "Evidence", confidence: "Confidence", helped: "Helped", findings: "Findings", fixes: "Mended by rule", broken: "Broken behaviours", fault_kind: "Fault", error_type: "Type", source: "Judged by", operations: "Operations", files: "Files", known_by: "Known by" };

function more_of(one) {
  const entries = Object.entries(DETAIL_NAMES)
    .filter(([name]) => name in one.details)
    .map(([name, title]) => [title, detail(one.details[name])]);
  if (!entries.length) return null;
  return el("details", { "data-keep": `moment ${one.seq}` }, el("summary", {}, one.part === "diagnosis" ? "Cause, evidence and repair" : "Details"), pairs(...entries));
}

function detail(given) {
  if (typeof given === "boolean") return given ? "yes" : "no";
  if (typeof given === "number") return given <= 1 && given >= 0 ? percent(given) : whole(given);
  if (Array.isArray(given)) return given.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join("\n");
  if (typeof given === "object") return Object.entries(given).map(([name, told]) => `${name}: ${typeof told === "string" ? told : JSON.stringify(told)}`).join("\n");
  return said(given);
}

function left_out(told) {
  const parts = [];
  if (told.notes.length) parts.push(el("h3", {}, "Notes"), el("ul", { class: "facts" }, told.notes.map((note) => el("li", { class: "quoted" }, note))));
  if (told.choices.length) parts.push(el("h3", {}, "Chosen, although only you know"), el("ul", { class: "facts" }, told.choices.map((one) => el("li", {}, `${one.argument}: ${value(one.taken)}`))));
  if (told.skipped.length) {
    const columns = [
      { name: "Operation left out", cell: (one) => el("span", { class: "mono" }, one.operation) },
      { name: "Reason", cell: (one) => [said(one.reason), one.detail ? el("div", { class: "small soft" }, one.detail) : ""] },
    ];
    parts.push(el("details", { "data-keep": "skipped" }, el("summary", {}, `${count(told.skipped.length, "operation")} left out`), table("Operations left out", columns, told.skipped)));
  }
  return parts.length ? card("What to know", "", ...parts) : null;
}
