//! One run from arguments to exit status.

use crate::cli::{Cli, Errand};
use crate::config::Config;
use crate::fix::{self, allow, rounds};
use crate::lowering::{Lowered, SourceFile};
use crate::narrow::{Narrowed, Narrowing};
use crate::notice::{Notice, Trouble};
use crate::plan::Plan;
use crate::progress::Progress;
use crate::report::{Finding, Report, Texts};
use crate::ruling::Ruling;
use crate::shelf::{Drafts, Shelf};
use crate::verbose::{self, Clock};
use crate::with::{self, Beside};
use crate::{audit, bare, color, discover, explain, fingerprint, init, load, lowering, manual};
use crate::{seen, sink};
use annotate_snippets::{AnnotationKind, Group, Level as Grade, Origin, Renderer, Snippet};
use memlint_analysis::lower::scan::Scanner;
use memlint_analysis::{Analysis, Options, analyze};
use memlint_lints::Diagnostic;
use std::cell::Cell;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::panic::PanicHookInfo;
use std::path::Path;
use std::process::ExitCode;

/// A denied finding.
pub const EXIT_FINDINGS: u8 = 1;
/// Usage, configuration, manifest or internal error.
pub const EXIT_TROUBLE: u8 = 2;

/// Parsing and the analysis recurse along the nesting of the code.
const STACK: usize = 64 << 20;

/// Runs with these arguments, the program's name first.
pub fn run(args: Vec<OsString>) -> ExitCode {
    let mut cli = match Cli::read(args) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(EXIT_TROUBLE));
        }
    };
    let colored = color::wanted(cli.output.color);
    match errand(&cli).and_then(|done| done.map_or_else(|| check(&mut cli, colored), Ok)) {
        Ok(code) => ExitCode::from(code),
        Err(trouble) => {
            say(Grade::ERROR, &trouble.0, colored);
            ExitCode::from(EXIT_TROUBLE)
        }
    }
}

/// What can be done without looking at code, if it is that what was asked for.
fn errand(cli: &Cli) -> Result<Option<u8>, Trouble> {
    let text = match &cli.command {
        Some(Errand::Init(asked)) => init::init(asked)?,
        Some(Errand::Completions { shell }) => explain::completions(*shell),
        Some(Errand::Man) => manual::page(),
        Some(Errand::Audit(asked)) => return pooled(|| audit::audit(asked)).map(Some),
        None => match &cli.levels.explain {
            Some(name) => explain::explain(name)?,
            None if cli.levels.list => {
                let ruling = Ruling::new(cli, &Config::default())?;
                explain::list(ruling.of(Path::new("")))
            }
            None => return Ok(None),
        },
    };
    sink::to_stdout(&|out| out.write_all(text.as_bytes())).map(|()| Some(0))
}

fn check(cli: &mut Cli, colored: bool) -> Result<u8, Trouble> {
    let beside = with::start(cli)?;
    pooled(|| execute(cli, colored, beside))
}

fn pooled(work: impl FnOnce() -> Result<u8, Trouble> + Send) -> Result<u8, Trouble> {
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK).build();
    let pool = pool.map_err(|e| Trouble::new(format!("no threads can be started: {e}")))?;
    pool.install(work)
}

/// Tells what was left out, without a report.
pub fn warn(cli: &Cli, looked: &Looked) {
    let colored = color::wanted(cli.output.color);
    let told = looked.lowered.notices.iter().filter(|_| !cli.output.quiet);
    told.for_each(|notice| say(Grade::WARNING, notice, colored));
}

fn execute(cli: &mut Cli, colored: bool, beside: Option<Beside>) -> Result<u8, Trouble> {
    let narrowing = Narrowing::prepare(cli)?;
    let cli = &*cli;
    let first =
        look(cli, &Drafts::default()).map_err(|trouble| narrowing.rename_trouble(trouble))?;
    let mut outcome = match (&cli.adoption.add_allow, cli.fix.wanted()) {
        (Some(reason), _) => allowed(cli, first, &narrowing, reason)?,
        (None, true) => rounds::repair(cli, first)?,
        (None, false) => rounds::Outcome::untouched(first),
    };
    narrowing.rename(&mut outcome.looked);
    // What is printed comes after what cargo says.
    let built = beside.is_none_or(|mut beside| beside.finish());
    let failed = tell(cli, &mut outcome, &narrowing, built, colored)?;
    Ok(match (outcome.faults.is_empty(), failed || !built) {
        (false, _) => EXIT_TROUBLE,
        (true, true) => EXIT_FINDINGS,
        (true, false) => 0,
    })
}

/// Tells everything, and says whether anything in it makes the run fail.
fn tell(
    cli: &Cli,
    outcome: &mut rounds::Outcome,
    narrowing: &Narrowing,
    built: bool,
    colored: bool,
) -> Result<bool, Trouble> {
    let looked = &outcome.looked;
    let texts = Texts::new(&looked.lowered.files, &outcome.drafts);
    let mut narrowed = narrowing.apply(looked, &texts)?;
    let found = looked.lowered.notices.iter().chain(&outcome.notices);
    narrowed.notices.splice(0..0, found.cloned());
    let told = narrowed.notices.iter().filter(|_| !cli.output.quiet);
    told.for_each(|notice| say(Grade::WARNING, notice, colored));
    let faults = outcome.faults.iter();
    faults.for_each(|fault| say(Grade::ERROR, fault, colored));
    let failed = match cli.fix.diff {
        true => {
            sink::to_stdout(&|out| out.write_all(outcome.diff.as_bytes()))?;
            !outcome.diff.is_empty()
        }
        false => {
            let base = narrowing.base(&looked.plan.root);
            let report = report(looked, &narrowed, &texts, &base);
            show(cli, Report { built, ..report }, colored)?;
            narrowed.findings.iter().any(|found| found.level.fails())
        }
    };
    if let Some(summary) = outcome.summary(cli).filter(|_| !cli.output.quiet) {
        let _ = writeln!(io::stderr().lock(), "memlint: {summary}");
    }
    if cli.output.verbose > 0 {
        let mut clock = looked.clock.clone();
        clock.end("report");
        let (plan, lowered) = (&looked.plan, &looked.lowered);
        verbose::tell(cli.output.verbose, plan, lowered, &looked.analysis, &clock);
    }
    Ok(failed)
}

/// Allows what would be reported, and tells how much that was.
fn allowed(
    cli: &Cli,
    first: Looked,
    narrowing: &Narrowing,
    reason: &str,
) -> Result<rounds::Outcome, Trouble> {
    let none = Drafts::default();
    let narrowed = narrowing.apply(&first, &Texts::new(&first.lowered.files, &none))?;
    let done = allow::allow(cli, first, &narrowed.findings, reason)?;
    if !cli.output.quiet {
        let _ = writeln!(io::stderr().lock(), "memlint: {}", done.summary);
    }
    let mut outcome = rounds::Outcome::untouched(done.looked);
    outcome.drafts = done.drafts;
    outcome.notices = done.notices;
    outcome.faults = done.faults;
    Ok(outcome)
}

/// What one look at the sources has found.
pub struct Looked {
    /// What was looked at.
    pub plan: Plan,
    /// The files.
    pub lowered: Lowered,
    /// What the engine says; its crates are gone.
    pub analysis: Analysis,
    /// The levels in force.
    pub ruling: Ruling,
    /// How long it took.
    pub clock: Clock,
    /// In the order of path and line.
    pub findings: Vec<Finding>,
}

/// Looks at everything once; the drafts stand for what is on disk.
pub fn look(cli: &Cli, drafts: &Drafts) -> Result<Looked, Trouble> {
    let mut clock = Clock::default();
    let progress = Progress::start(!cli.output.quiet && cli.output.with.is_none());
    progress.phase("Reading");
    let scanner = bare::scanner();
    let mut shelf = Shelf::over(drafts.clone());
    let mut plan = plan(cli, &mut shelf, &scanner)?;
    let ruling = Ruling::new(cli, &plan.config)?;
    let seen = match &cli.output.runtime_report {
        Some(path) => seen::read(path, &mut plan.notices)?,
        None => Vec::new(),
    };
    clock.end("discovery");
    let shown = |path: &Path| shown(&plan, path);
    let scanner = bare::scanner_for(&plan.config).unwrap_or(scanner);
    let tree = load::load(&plan, &mut shelf, &scanner, &shown);
    clock.end("reading");
    progress.phase("Parsing");
    let mut lowered = lowering::lower(&plan, tree, shelf, &shown, &progress);
    clock.end("parsing");
    progress.phase("Analyzing");
    let krates = std::mem::take(&mut lowered.krates);
    // Where nothing can matter, the library need not be described.
    let analysis = match krates.is_empty() {
        true => Analysis::default(),
        false => analyze(krates, &options(cli, &plan)),
    };
    clock.end("analysis");
    drop(progress);
    for (file, failure) in &analysis.failures {
        if let Some(source) = lowered.files.get(file.0 as usize) {
            let notice = lowering::body_not_parsed(source, drafts, failure);
            lowered.notices.push(notice);
            lowered.unparsed.insert(*file);
        }
    }
    lowered.notices.append(&mut plan.notices);
    let mut judged = memlint_lints::judge(&analysis.events);
    seen::join(&seen, &lowered.files, &mut judged, &mut lowered.notices);
    let mut findings = findings(&plan, &lowered, &ruling, judged);
    fix::suggest(&mut findings, &lowered.files, drafts);
    fingerprint::mark(&mut findings, &Texts::new(&lowered.files, drafts));
    Ok(Looked {
        plan,
        lowered,
        analysis,
        ruling,
        clock,
        findings,
    })
}

fn plan(cli: &Cli, shelf: &mut Shelf, scanner: &Scanner) -> Result<Plan, Trouble> {
    if !cli.choice.paths.is_empty() {
        return bare::plan(cli, shelf, scanner);
    }
    if rayon::current_num_threads() == 1 {
        return discover::plan(cli, shelf, scanner);
    }
    // Cargo answers in another process: there is time for what every analysis begins with.
    let ask = || discover::plan(cli, shelf, scanner);
    rayon::join(ask, memlint_analysis::prepare).0
}

fn options(cli: &Cli, plan: &Plan) -> Options {
    Options {
        families: plan.config.families.clone(),
        audit: cli.audits,
        ..Options::default()
    }
}

/// Relative to the workspace, or to the current folder for files named on the command line.
fn shown(plan: &Plan, path: &Path) -> String {
    path.strip_prefix(&plan.root)
        .unwrap_or(path)
        .display()
        .to_string()
}

fn findings(
    plan: &Plan,
    lowered: &Lowered,
    ruling: &Ruling,
    judged: Vec<Diagnostic>,
) -> Vec<Finding> {
    let found = ruling.apply(plan, lowered, judged).into_iter();
    let mut findings: Vec<Finding> = found
        .filter(|finding| {
            let file = lowered
                .files
                .get(finding.diagnostic.primary.span.file.0 as usize);
            file.is_some_and(|file| !plan.excludes(&file.path, file.unit))
        })
        .collect();
    findings.sort_by(|a, b| order(&lowered.files, a).cmp(&order(&lowered.files, b)));
    findings.dedup_by(|a, b| order(&lowered.files, a) == order(&lowered.files, b));
    findings
}

fn order<'a>(files: &'a [SourceFile], finding: &'a Finding) -> impl Ord + 'a {
    let span = finding.diagnostic.primary.span;
    let path = files
        .get(span.file.0 as usize)
        .map(|file| file.shown.as_str());
    (
        path,
        span.lo,
        span.hi,
        finding.diagnostic.lint.name,
        finding.diagnostic.message.as_str(),
    )
}

fn report<'r>(
    looked: &'r Looked,
    narrowed: &'r Narrowed,
    texts: &'r Texts<'r>,
    base: &'r Path,
) -> Report<'r> {
    Report {
        findings: &narrowed.findings,
        files: &looked.lowered.files,
        texts,
        units: &looked.plan.units,
        notices: &narrowed.notices,
        levels: looked.ruling.of(Path::new("")),
        root: &looked.plan.root,
        base,
        held_back: &narrowed.held_back,
        seen: looked.lowered.counts.files,
        built: true,
        quiet: false,
        colored: false,
        width: None,
    }
}

/// Writes the report to its file or stream; a file has neither colours nor a width.
fn show(cli: &Cli, report: Report<'_>, colored: bool) -> Result<(), Trouble> {
    let (format, file) = (cli.output.message_format, &cli.output.output_file);
    let report = Report {
        quiet: cli.output.quiet,
        colored: colored && file.is_none(),
        width: width().filter(|_| file.is_none()),
        ..report
    };
    let write = |out: &mut dyn Write| (format.write)(&report, out);
    match file {
        Some(path) => sink::to_file(path, &write),
        None if format.machine => sink::to_stdout(&write),
        None => sink::to_stderr(&write),
    }
}

fn width() -> Option<usize> {
    let columns = std::env::var("COLUMNS").ok()?.parse().ok()?;
    (io::stderr().is_terminal() && columns >= 40).then_some(columns)
}

fn say(grade: Grade<'_>, notice: &Notice, colored: bool) {
    let mut group = Group::with_title(grade.primary_title(&notice.message));
    if let Some(excerpt) = &notice.excerpt {
        // The snippet shows line and column itself.
        let path = notice.place.rsplitn(3, ':').last().unwrap_or_default();
        let wide = excerpt.text[excerpt.column..]
            .chars()
            .next()
            .map_or(0, char::len_utf8);
        let mark = AnnotationKind::Primary.span(excerpt.column..excerpt.column + wide);
        let snippet = Snippet::source(&excerpt.text).line_start(excerpt.line);
        group = group.element(snippet.path(path).annotation(mark));
    } else if !notice.place.is_empty() {
        group = group.element(Origin::path(&notice.place));
    }
    if let Some(help) = &notice.help {
        group = group.element(Grade::HELP.message(help));
    }
    let renderer = if colored {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "{}\n", renderer.render(&[group]));
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs work whose panic the caller catches and tells in its own words.
pub fn quietly<T>(work: impl FnOnce() -> T) -> T {
    let before = QUIET.replace(true);
    let result = work();
    QUIET.set(before);
    result
}

/// The panic hook: an internal error is told as such, with its place.
pub fn on_panic(info: &PanicHookInfo<'_>) {
    if QUIET.get() || memlint_analysis::lower::is_guarded() {
        return;
    }
    let payload = info.payload();
    let owned = payload.downcast_ref::<String>().map(String::as_str);
    let message = payload
        .downcast_ref::<&str>()
        .copied()
        .or(owned)
        .unwrap_or("unknown cause");
    let place = info
        .location()
        .map(|place| format!(" at {}:{}", place.file(), place.line()))
        .unwrap_or_default();
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "error: internal error of memlint{place}: {message}");
    let _ = writeln!(
        err,
        "  = help: please report it with the command line and, if you can, the source"
    );
}
