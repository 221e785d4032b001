//! One run from arguments to exit status.

use crate::cli::{Cli, Errand};
use crate::config::Config;
use crate::lowering::{Lowered, SourceFile};
use crate::notice::{Notice, Trouble};
use crate::plan::Plan;
use crate::progress::Progress;
use crate::report::{Finding, Report, Texts};
use crate::ruling::Ruling;
use crate::shelf::Shelf;
use crate::verbose::{self, Clock};
use crate::with::{self, Beside};
use crate::{bare, color, discover, explain, init, load, lowering, seen};
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
    let cli = match Cli::read(args) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(EXIT_TROUBLE));
        }
    };
    let colored = color::wanted(cli.output.color);
    match errand(&cli).and_then(|done| done.map_or_else(|| check(&cli, colored), Ok)) {
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
        Some(Errand::Man) => explain::manual(),
        None => match &cli.levels.explain {
            Some(name) => explain::explain(name)?,
            None if cli.levels.list => {
                let ruling = Ruling::new(cli, &Config::default())?;
                explain::list(ruling.of(Path::new("")))
            }
            None => return Ok(None),
        },
    };
    let mut out = anstream::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    told(written).map(|()| Some(0))
}

fn check(cli: &Cli, colored: bool) -> Result<u8, Trouble> {
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK).build();
    let pool = pool.map_err(|e| Trouble::new(format!("no threads can be started: {e}")))?;
    let beside = with::start(cli)?;
    pool.install(|| execute(cli, colored, beside))
}

fn execute(cli: &Cli, colored: bool, beside: Option<Beside>) -> Result<u8, Trouble> {
    let mut clock = Clock::default();
    let progress = Progress::start(!cli.output.quiet && beside.is_none());
    progress.phase("Reading");
    let scanner = bare::scanner();
    let mut shelf = Shelf::default();
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
        false => analyze(krates, &options(&plan)),
    };
    clock.end("analysis");
    drop(progress);
    // What is printed comes after what cargo says.
    let built = beside.is_none_or(|mut beside| beside.finish());
    for (file, failure) in &analysis.failures {
        if let Some(file) = lowered.files.get(file.0 as usize) {
            lowered
                .notices
                .push(lowering::body_not_parsed(file, failure));
        }
    }
    lowered.notices.append(&mut plan.notices);
    let mut judged = memlint_lints::judge(&analysis.events);
    seen::join(&seen, &lowered.files, &mut judged, &mut lowered.notices);
    if !cli.output.quiet {
        lowered
            .notices
            .iter()
            .for_each(|notice| say(Grade::WARNING, notice, colored));
    }
    let findings = findings(&plan, &lowered, &ruling, judged);
    let failed = findings.iter().any(|finding| finding.level.fails());
    show(cli, &plan, &lowered, &findings, built, colored)?;
    clock.end("report");
    if cli.output.verbose > 0 {
        verbose::tell(cli.output.verbose, &plan, &lowered, &analysis, &clock);
    }
    Ok(match failed || !built {
        true => EXIT_FINDINGS,
        false => 0,
    })
}

fn plan(cli: &Cli, shelf: &mut Shelf, scanner: &Scanner) -> Result<Plan, Trouble> {
    if !cli.paths.is_empty() {
        return bare::plan(cli, shelf, scanner);
    }
    if rayon::current_num_threads() == 1 {
        return discover::plan(cli, shelf, scanner);
    }
    // Cargo answers in another process: there is time for what every analysis begins with.
    let ask = || discover::plan(cli, shelf, scanner);
    rayon::join(ask, memlint_analysis::prepare).0
}

fn options(plan: &Plan) -> Options {
    Options {
        families: plan.config.families.clone(),
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

fn show(
    cli: &Cli,
    plan: &Plan,
    lowered: &Lowered,
    findings: &[Finding],
    built: bool,
    colored: bool,
) -> Result<(), Trouble> {
    let format = cli.output.message_format;
    let texts = Texts::new(&lowered.files);
    let report = Report {
        findings,
        files: &lowered.files,
        texts: &texts,
        units: &plan.units,
        seen: lowered.counts.files,
        built,
        quiet: cli.output.quiet,
        colored,
        width: width(),
    };
    let mut out: Box<dyn Write> = match format.machine {
        true => Box::new(io::BufWriter::new(io::stdout().lock())),
        false => Box::new(io::BufWriter::new(io::stderr().lock())),
    };
    told((format.write)(&report, &mut out).and_then(|()| out.flush()))
}

fn width() -> Option<usize> {
    let columns = std::env::var("COLUMNS").ok()?.parse().ok()?;
    (io::stderr().is_terminal() && columns >= 40).then_some(columns)
}

/// A reader that went away (`| head`) is no trouble; a disk that is full is.
fn told(written: io::Result<()>) -> Result<(), Trouble> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Trouble::new(format!(
            "the output cannot be written: {error}"
        ))),
        _ => Ok(()),
    }
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
