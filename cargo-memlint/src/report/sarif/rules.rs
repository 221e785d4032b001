//! The lints as SARIF's rules, and the weaknesses that they stand for. All are listed, so that a
//! reader closes the alerts of those that find nothing any more.

use super::super::severity;
use super::model::*;
use super::text;
use memlint_lints::{Group, Level, Levels, Lint};
use std::collections::BTreeSet;

const CWE: &str = "CWE";

pub(super) fn driver() -> Driver {
    Driver {
        name: "memlint",
        full_name: format!("cargo memlint {}", env!("CARGO_PKG_VERSION")),
        semantic_version: env!("CARGO_PKG_VERSION"),
        information_uri: env!("CARGO_PKG_REPOSITORY"),
        supported_taxonomies: [ComponentRef { name: CWE }],
        rules: memlint_lints::all().iter().map(|lint| rule(lint)).collect(),
    }
}

/// The place of a lint among the rules.
pub(super) fn index(lint: &Lint) -> usize {
    let mut rules = memlint_lints::all().iter();
    rules.position(|rule| *rule == lint).unwrap_or_default()
}

/// Where the run set other levels than the lints' own.
pub(super) fn overrides(levels: &Levels) -> Vec<Override> {
    let lints = memlint_lints::all().iter().enumerate();
    let changed = lints.filter(|(_, lint)| levels.level_of(lint) != lint.level);
    let entry = |(index, lint): (usize, &&Lint)| Override {
        configuration: configuration(levels.level_of(lint)),
        descriptor: RuleRef {
            id: lint.full_name(),
            index,
        },
    };
    changed.map(entry).collect()
}

/// The weaknesses that any lint names.
pub(super) fn taxonomy() -> Taxonomy {
    let all = memlint_lints::all().iter();
    let numbers: BTreeSet<u16> = all.flat_map(|lint| lint.cwe).copied().collect();
    let taxon = |number: u16| Taxon {
        id: number.to_string(),
        help_uri: format!("https://cwe.mitre.org/data/definitions/{number}.html"),
    };
    Taxonomy {
        name: CWE,
        organization: "MITRE",
        information_uri: "https://cwe.mitre.org/",
        short_description: text("The MITRE Common Weakness Enumeration"),
        taxa: numbers.into_iter().map(taxon).collect(),
    }
}

fn rule(lint: &Lint) -> Rule {
    let relationship = |number: &u16| Relationship {
        target: TaxonRef {
            id: number.to_string(),
            tool_component: ComponentRef { name: CWE },
        },
        kinds: ["superset"],
    };
    Rule {
        id: lint.full_name(),
        name: in_capitals(lint.name),
        short_description: text(lint.summary),
        full_description: text(format!("{}.", first_paragraph(lint))),
        help: Help {
            text: lint.explain(),
            markdown: lint.explain(),
        },
        help_uri: help_uri(lint),
        default_configuration: configuration(lint.level),
        relationships: lint.cwe.iter().map(relationship).collect(),
        properties: properties(lint),
    }
}

fn help_uri(lint: &Lint) -> Option<String> {
    let repository = env!("CARGO_PKG_REPOSITORY");
    (!repository.is_empty()).then(|| format!("{repository}/blob/main/docs/{}", lint.page_path()))
}

/// What it does, on one line and without its full stop.
fn first_paragraph(lint: &Lint) -> String {
    let paragraphs = lint.docs.trim().split("\n\n");
    let after_heading = paragraphs.map(|paragraph| {
        let lines = paragraph.lines().filter(|line| !line.starts_with('#'));
        lines.collect::<Vec<_>>().join(" ")
    });
    let first = after_heading.into_iter().find(|text| !text.is_empty());
    let first = first.unwrap_or_else(|| lint.summary.to_owned());
    first.trim_end_matches('.').to_owned()
}

fn configuration(level: Level) -> Configuration {
    Configuration {
        enabled: level != Level::Allow,
        level: severity(level),
    }
}

fn properties(lint: &Lint) -> RuleProperties {
    let mut tags: Vec<String> = vec![lint.group.name().to_owned()];
    let severity = security_severity(lint);
    tags.push(match severity {
        Some(_) => "security".to_owned(),
        None => "maintainability".to_owned(),
    });
    tags.extend(lint.cwe.iter().map(|n| format!("external/cwe/cwe-{n:03}")));
    tags.extend(
        lint.cert
            .iter()
            .map(|rule| format!("external/cert/{}", rule.to_lowercase())),
    );
    RuleProperties {
        tags,
        precision: match lint.group {
            Group::Pedantic => "medium",
            _ => "high",
        },
        problem_severity: match lint.group {
            Group::Correctness => "error",
            Group::Leak | Group::Hygiene | Group::Annotation => "warning",
            Group::Pedantic | Group::Directive => "recommendation",
        },
        security_severity: severity,
    }
}

/// On the scale of CVSS, where GitHub calls 7 high and 4 medium: memory errors can be exploited,
/// leaks take the service down. Rules about annotations and directives are no weaknesses.
fn security_severity(lint: &Lint) -> Option<&'static str> {
    match lint.group {
        _ if lint.cwe.is_empty() => None,
        Group::Correctness => Some("8.0"),
        Group::Hygiene => Some("6.0"),
        Group::Leak => Some("4.0"),
        Group::Pedantic => Some("3.0"),
        Group::Annotation | Group::Directive => None,
    }
}

/// `double_free` as `DoubleFree`, which readers show for a name.
fn in_capitals(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    name.split('_').map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lint_is_a_rule_within_the_limits() {
        let rules = driver().rules;
        assert_eq!(rules.len(), memlint_lints::all().len());
        for (n, (rule, lint)) in rules.iter().zip(memlint_lints::all()).enumerate() {
            assert_eq!((index(lint), &rule.id), (n, &lint.full_name()));
            assert!(rule.properties.tags.len() <= 10, "{}", rule.id);
            let (short, full) = (&rule.short_description.text, &rule.full_description.text);
            assert!(!short.is_empty() && short.len() <= 1024, "{}", rule.id);
            assert!(full.len() > 20 && full.len() <= 1024, "{}: {full}", rule.id);
            assert!(rule.help.markdown.contains("Use instead"), "{}", rule.id);
        }
    }

    #[test]
    fn weaknesses_are_security_and_the_rest_is_not() {
        for lint in memlint_lints::all() {
            let tags = properties(lint).tags;
            let security = tags.iter().any(|tag| tag == "security");
            assert_eq!(security, security_severity(lint).is_some(), "{}", lint.name);
            assert!(
                security || lint.group != Group::Correctness,
                "{}",
                lint.name
            );
        }
    }

    #[test]
    fn only_changed_levels_are_told() {
        let mut levels = Levels::new();
        assert!(overrides(&levels).is_empty());
        levels.set("double_free", Level::Allow).unwrap();
        let told = overrides(&levels);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].descriptor.id, "memlint::double_free");
        assert!(!told[0].configuration.enabled);
    }

    #[test]
    fn names_are_in_capitals() {
        assert_eq!(in_capitals("use_after_free"), "UseAfterFree");
    }
}
