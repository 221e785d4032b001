//! One run from arguments to exit status.

use crate::cli::{Cli, Color};
use crate::fix::{self, allow, rounds};
use crate::lowering::{Lowered, SourceFile};
use crate::narrow::{Narrowed, Narrowing};
use crate::notice::{Notice, Trouble};
use crate::plan::Plan;
use crate::progress::Progress;
use crate::report::{Finding, Report, Texts, counted};
use crate::shelf::{Drafts, Shelf};
use crate::{bare, discover, explain, fingerprint, load, lowering, seen, sink};
use annotate_snippets::{AnnotationKind, Group, Level as Grade, Origin, Renderer, Snippet};
use anstream::ColorChoice;
use memlint_analysis::{Analysis, Options, analyze};
use memlint_lints::{Diagnostic, Level, Levels};
use std::cell::Cell;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::panic::PanicHookInfo;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

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
    let colored = choose_color(&cli);
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK).build();
    let done = match &pool {
        Ok(pool) => pool.install(|| execute(&mut cli, colored)),
        Err(error) => Err(Trouble::new(format!("no threads can be started: {error}"))),
    };
    match done {
        Ok(code) => code,
        Err(trouble) => {
            say(Grade::ERROR, &trouble.0, colored);
            ExitCode::from(EXIT_TROUBLE)
        }
    }
}

fn execute(cli: &mut Cli, colored: bool) -> Result<ExitCode, Trouble> {
    if let Some(name) = &cli.levels.explain {
        print(&explain::explain(name)?);
        return Ok(ExitCode::SUCCESS);
    }
    if cli.levels.list {
        print(&explain::list(&levels(cli, &[], "")?));
        return Ok(ExitCode::SUCCESS);
    }
    let begin = Instant::now();
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
    let failed = tell(cli, &outcome, &narrowing, colored)?;
    if cli.output.verbose > 0 {
        figures(&outcome.looked.lowered, &outcome.looked.analysis, begin);
    }
    Ok(match (outcome.faults.is_empty(), failed) {
        (false, _) => ExitCode::from(EXIT_TROUBLE),
        (true, true) => ExitCode::from(EXIT_FINDINGS),
        (true, false) => ExitCode::SUCCESS,
    })
}

/// Tells everything, and says whether anything in it makes the run fail.
fn tell(
    cli: &Cli,
    outcome: &rounds::Outcome,
    narrowing: &Narrowing,
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
            show(cli, looked, &narrowed, &texts, &base, colored)?;
            narrowed.findings.iter().any(|found| found.level.fails())
        }
    };
    if let Some(summary) = outcome.summary(cli).filter(|_| !cli.output.quiet) {
        let _ = writeln!(io::stderr().lock(), "memlint: {summary}");
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
    pub levels: Levels,
    /// In the order of path and line.
    pub findings: Vec<Finding>,
}

/// Looks at everything once; the drafts stand for what is on disk.
pub fn look(cli: &Cli, drafts: &Drafts) -> Result<Looked, Trouble> {
    let progress = Progress::start(!cli.output.quiet);
    progress.phase("Reading");
    let scanner = bare::scanner();
    let mut shelf = Shelf::over(drafts.clone());
    let mut plan = match cli.paths.is_empty() {
        // Cargo answers in another process: there is time for what every analysis begins with.
        true if rayon::current_num_threads() > 1 => {
            let ask = || discover::plan(cli, &mut shelf, &scanner);
            rayon::join(ask, memlint_analysis::prepare).0?
        }
        true => discover::plan(cli, &mut shelf, &scanner)?,
        false => bare::plan(cli, &mut shelf, &scanner)?,
    };
    let levels = levels(cli, &plan.config.levels, &plan.config.origin)?;
    let seen = match &cli.output.runtime_report {
        Some(path) => seen::read(path, &mut plan.notices)?,
        None => Vec::new(),
    };
    let shown = |path: &Path| shown(&plan, path);
    let scanner = bare::scanner_for(&plan.config).unwrap_or(scanner);
    let tree = load::load(&plan, &mut shelf, &scanner, &shown);
    progress.phase("Parsing");
    let mut lowered = lowering::lower(&plan, tree, shelf, &shown, &progress);
    progress.phase("Analyzing");
    let krates = std::mem::take(&mut lowered.krates);
    // Where nothing can matter, the library need not be described.
    let analysis = match krates.is_empty() {
        true => Analysis::default(),
        false => analyze(krates, &options(&plan)),
    };
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
    let mut findings = findings(&plan, &lowered, &levels, judged);
    fix::suggest(&mut findings, &lowered.files, drafts);
    fingerprint::mark(&mut findings, &Texts::new(&lowered.files, drafts));
    Ok(Looked {
        plan,
        lowered,
        analysis,
        levels,
        findings,
    })
}

fn options(plan: &Plan) -> Options {
    Options {
        families: plan.config.families.clone(),
        ..Options::default()
    }
}

/// The levels of the configuration, then those of the command line from left to right.
fn levels(cli: &Cli, configured: &[(Level, String)], origin: &str) -> Result<Levels, Trouble> {
    let mut levels = Levels::new();
    for (level, name) in configured {
        let unknown =
            |error| Trouble::at(Path::new(origin), format!("invalid configuration: {error}"));
        levels.set(name, *level).map_err(unknown)?;
    }
    for (level, name) in &cli.levels.ordered {
        let unknown =
            |error| Trouble::new(format!("{error}")).help("`cargo memlint --list` shows all lints");
        levels.set(name, *level).map_err(unknown)?;
    }
    Ok(levels)
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
    levels: &Levels,
    judged: Vec<Diagnostic>,
) -> Vec<Finding> {
    let outcome = memlint_lints::suppress::apply(judged, &lowered.directives, levels);
    let mut findings: Vec<Finding> = outcome
        .kept
        .into_iter()
        .chain(outcome.hygiene)
        .map(|diagnostic| Finding {
            level: levels.level_of(diagnostic.lint),
            item: String::new(),
            fingerprint: String::new(),
            diagnostic,
        })
        .filter(|finding| finding.level != Level::Allow)
        .filter(|finding| {
            let file = lowered
                .files
                .get(finding.diagnostic.primary.span.file.0 as usize);
            file.is_some_and(|file| !plan.config.excludes(&file.path))
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

/// Writes the report to its file or stream; a file has neither colours nor a width.
fn show(
    cli: &Cli,
    looked: &Looked,
    narrowed: &Narrowed,
    texts: &Texts<'_>,
    base: &Path,
    colored: bool,
) -> Result<(), Trouble> {
    let (format, file) = (cli.output.message_format, &cli.output.output_file);
    let report = Report {
        findings: &narrowed.findings,
        files: &looked.lowered.files,
        texts,
        units: &looked.plan.units,
        notices: &narrowed.notices,
        levels: &looked.levels,
        root: &looked.plan.root,
        base,
        held_back: &narrowed.held_back,
        seen: looked.lowered.counts.files,
        quiet: cli.output.quiet,
        colored: colored && file.is_none(),
        width: width().filter(|_| file.is_none()),
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

fn figures(lowered: &Lowered, analysis: &Analysis, begin: Instant) {
    let counts = lowered.counts;
    let mut err = io::stderr().lock();
    let _ = writeln!(
        err,
        "memlint: {} ({} kB): {} parsed ({} kB), {} without a trigger word, {} left out",
        counted(counts.files, "file"),
        counts.bytes / 1000,
        counts.parsed,
        counts.parsed_bytes / 1000,
        counts.skipped,
        counts.failed,
    );
    let stats = &analysis.stats;
    let time = begin.elapsed().as_secs_f64();
    let (bodies, capped) = (stats.bodies, stats.states_capped);
    let _ = writeln!(
        err,
        "memlint: {bodies} bodies analyzed, {capped} capped, {time:.2} s"
    );
}

fn print(text: &str) {
    let mut out = anstream::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// `--color`, then `CARGO_TERM_COLOR`, then what the terminal and `NO_COLOR` say.
fn choose_color(cli: &Cli) -> bool {
    let cargo = std::env::var("CARGO_TERM_COLOR").unwrap_or_default();
    let choice = match (cli.output.color, cargo.as_str()) {
        (Some(Color::Always), _) | (None, "always") => ColorChoice::Always,
        (Some(Color::Never), _) | (None, "never") => ColorChoice::Never,
        _ => anstream::AutoStream::choice(&io::stderr()),
    };
    choice != ColorChoice::Never
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
