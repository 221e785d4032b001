//! Which features are active under `--features`, `--all-features` and `--no-default-features`.

use crate::notice::Trouble;
use cargo_metadata::{Dependency, Package};
use clap_cargo::Features;
use std::collections::{BTreeMap, BTreeSet};

/// The active features of each of the packages; `None` if no option is about features: then code
/// under every feature is looked at.
pub fn active(
    asked: &Features,
    packages: &[&Package],
) -> Result<Option<Vec<BTreeSet<String>>>, Trouble> {
    if !asked.all_features && !asked.no_default_features && asked.features.is_empty() {
        return Ok(None);
    }
    let words = words(asked);
    for word in &words {
        check(word, packages)?;
    }
    let mut states: Vec<State> = packages.iter().map(|_| State::default()).collect();
    for (package, state) in packages.iter().zip(&mut states) {
        seed(asked, &words, package, state);
    }
    pass_on(packages, &mut states);
    Ok(Some(states.into_iter().map(|state| state.on).collect()))
}

/// As cargo reads them: separated by commas or spaces.
fn words(asked: &Features) -> Vec<&str> {
    let lists = asked.features.iter();
    let words = lists.flat_map(|list| list.split([',', ' ']));
    words.filter(|word| !word.is_empty()).collect()
}

/// A feature that no selected package has is a slip, as it is for cargo.
fn check(word: &str, packages: &[&Package]) -> Result<(), Trouble> {
    let own = |of: Option<&str>| -> BTreeSet<&str> {
        let of = |package: &&&Package| of.is_none_or(|of| of == package.name.as_str());
        let chosen = packages.iter().filter(of);
        chosen
            .flat_map(|package| package.features.keys().map(String::as_str))
            .collect()
    };
    let Some((of, feature)) = word.split_once('/') else {
        let known = own(None);
        return match word == "default" || known.contains(word) {
            true => Ok(()),
            false => Err(unknown(word, "none of the selected packages has", &known)),
        };
    };
    if packages.iter().any(|package| package.name.as_str() == of) {
        let known = own(Some(of));
        return match feature == "default" || known.contains(feature) {
            true => Ok(()),
            false => Err(unknown(
                feature,
                &format!("the package `{of}` lacks"),
                &known,
            )),
        };
    }
    let dependencies = packages.iter().flat_map(|package| &package.dependencies);
    if dependencies.into_iter().any(|d| named(d) == of) {
        return Ok(());
    }
    let names = packages.iter().map(|package| package.name.as_str());
    let trouble = Trouble::new(format!(
        "`{word}`: no selected package is called `{of}` or depends on it"
    ));
    Err(match memlint_lints::closest_of(of, names) {
        Some(closest) => trouble.help(format!("did you mean `{closest}/{feature}`?")),
        None => {
            trouble.help("`--features PACKAGE/FEATURE` names a selected package or a dependency")
        }
    })
}

fn unknown(feature: &str, who: &str, known: &BTreeSet<&str>) -> Trouble {
    let trouble = Trouble::new(format!("{who} the feature `{feature}`"));
    let known: Vec<&str> = known.iter().copied().collect();
    let all = match known.is_empty() {
        true => "there are none".to_owned(),
        false => format!("known: {}", known.join(", ")),
    };
    trouble.help(
        match memlint_lints::closest_of(feature, known.iter().copied()) {
            Some(closest) => format!("did you mean `{closest}`? ({all})"),
            None => all,
        },
    )
}

/// The name under which a dependency is known.
fn named(dependency: &Dependency) -> &str {
    dependency.rename.as_deref().unwrap_or(&dependency.name)
}

/// What is on in one package.
#[derive(Default)]
struct State {
    /// The features.
    on: BTreeSet<String>,
    /// Optional dependencies.
    used: BTreeSet<String>,
    /// Features of dependencies.
    passed: BTreeSet<(String, String)>,
}

impl State {
    /// Activates the features and all that they bring; says whether anything is new.
    fn activate(&mut self, declared: &BTreeMap<String, Vec<String>>, asked: Vec<String>) -> bool {
        let mut waiting = asked;
        let mut new = false;
        while let Some(feature) = waiting.pop() {
            if let Some(dependency) = feature.strip_prefix("dep:") {
                new |= self.used.insert(dependency.to_owned());
            } else if let Some((of, feature)) = feature.split_once('/') {
                let weak = of.ends_with('?');
                let of = of.trim_end_matches('?');
                new |= self.passed.insert((of.to_owned(), feature.to_owned()));
                if !weak {
                    new |= self.used.insert(of.to_owned());
                    // An optional dependency is a feature of its own unless `dep:` hides it.
                    waiting.extend(declared.contains_key(of).then(|| of.to_owned()));
                }
            } else if self.on.insert(feature.clone()) {
                new = true;
                waiting.extend(declared.get(&feature).into_iter().flatten().cloned());
            }
        }
        new
    }
}

fn declared(package: &Package) -> BTreeMap<String, Vec<String>> {
    package.features.clone().into_iter().collect()
}

fn seed(asked: &Features, words: &[&str], package: &Package, state: &mut State) {
    let declared = declared(package);
    let own = |word: &&str| match word.split_once('/') {
        Some((of, feature)) if of == package.name.as_str() => Some(feature.to_owned()),
        // One of a dependency, if this package has it.
        Some((of, _)) => {
            let mut dependencies = package.dependencies.iter();
            let has = dependencies.any(|dependency| named(dependency) == of);
            has.then(|| (*word).to_owned())
        }
        None => declared.contains_key(*word).then(|| (*word).to_owned()),
    };
    let mut wanted: Vec<String> = words.iter().filter_map(own).collect();
    if asked.all_features {
        wanted.extend(declared.keys().cloned());
    }
    if !asked.no_default_features {
        wanted.push("default".to_owned());
    }
    state.activate(&declared, wanted);
}

/// What a selected package asks of another selected one is on there as well.
fn pass_on(packages: &[&Package], states: &mut [State]) {
    let mut again = true;
    while again {
        again = false;
        for from in 0..packages.len() {
            for dependency in &packages[from].dependencies {
                let Some(to) = packages.iter().position(|to| leads_to(dependency, to)) else {
                    continue;
                };
                let name = named(dependency);
                if dependency.optional && !states[from].used.contains(name) {
                    continue;
                }
                let mut wanted = dependency.features.clone();
                wanted.extend(
                    dependency
                        .uses_default_features
                        .then(|| "default".to_owned()),
                );
                let passed = states[from].passed.iter().filter(|(of, _)| of == name);
                wanted.extend(passed.map(|(_, feature)| feature.clone()));
                again |= states[to].activate(&declared(packages[to]), wanted);
            }
        }
    }
}

fn leads_to(dependency: &Dependency, package: &Package) -> bool {
    let folder = package.manifest_path.parent();
    dependency.name == package.name.as_str() && dependency.path.as_deref() == folder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_bring_others() {
        let declared = BTreeMap::from([
            ("default".to_owned(), vec!["a".to_owned()]),
            (
                "a".to_owned(),
                ["dep:b", "c/d", "e?/f"].map(str::to_owned).into(),
            ),
            ("c".to_owned(), vec!["dep:c".to_owned()]),
        ]);
        let mut state = State::default();
        assert!(state.activate(&declared, vec!["default".to_owned()]));
        let words = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(" ");
        // `dep:b` is no feature `b`; `c/d` turns the optional dependency `c` on, `e?/f` does not.
        assert_eq!(words(&state.on), "a c default");
        assert_eq!(words(&state.used), "b c");
        assert_eq!(state.passed.len(), 2);
        assert!(!state.activate(&declared, vec!["a".to_owned()]));
    }

    #[test]
    fn lists_are_separated_by_commas_and_spaces() {
        let mut asked = Features::default();
        asked.features = vec!["a,b".to_owned(), "c".to_owned(), "d, e".to_owned()];
        assert_eq!(words(&asked), ["a", "b", "c", "d", "e"]);
    }
}
