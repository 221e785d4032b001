//! What a file pulls in, read from its text without parsing: `mod name;` and `include!("..")`.

use super::attr;
use super::text::{Kind, Piece, Pieces};
use crate::ir::Cfg;
use crate::name::Name;

/// A file that another file pulls in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModDecl {
    /// The module's name; [`Name::EMPTY`] for `include!`, whose items join the enclosing module.
    pub name: Name,
    /// `#[path = ".."]`, or what is included.
    pub path: Option<String>,
    /// The inline modules around it, outermost first.
    pub inside: Vec<InlineModule>,
    /// Presence condition: its own attributes and those of the inline modules around it.
    pub cfg: Option<Cfg>,
    /// `include!(..)` rather than `mod ..;`.
    pub include: bool,
}

/// An inline module around a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlineModule {
    /// Its name.
    pub name: Name,
    /// Its own `#[path = ".."]`.
    pub path: Option<String>,
}

/// All `mod name;` and `include!("literal")` of a text, in order. Not to be called while this thread
/// holds a syntax tree: its table of source texts is emptied.
pub fn module_decls(text: &str) -> Vec<ModDecl> {
    if !text.contains("mod") && !text.contains("include!") {
        return Vec::new();
    }
    let mut scan = Scan {
        pieces: Pieces::new(text),
        text,
        attrs: Attrs::default(),
        open: Vec::new(),
        out: Vec::new(),
    };
    scan.run();
    proc_macro2::extra::invalidate_current_thread_spans();
    scan.out
}

/// What the attributes before an item said.
#[derive(Default)]
struct Attrs {
    path: Option<String>,
    cfg: Vec<Cfg>,
}

/// A brace that is open: an inline module, or any other.
enum Open {
    Module(InlineModule, Vec<Cfg>),
    Other,
}

struct Scan<'t> {
    pieces: Pieces<'t>,
    text: &'t str,
    attrs: Attrs,
    open: Vec<Open>,
    out: Vec<ModDecl>,
}

impl Scan<'_> {
    fn run(&mut self) {
        while let Some(piece) = self.pieces.code() {
            match piece.kind {
                Kind::Punct(b'#') => self.attribute(),
                Kind::Punct(b'{') => self.open.push(Open::Other),
                Kind::Punct(b'}') => {
                    self.open.pop();
                    self.attrs = Attrs::default();
                }
                Kind::Punct(b';') => self.attrs = Attrs::default(),
                Kind::Word => match self.pieces.slice(piece) {
                    "mod" => self.module(),
                    "include" => self.include(),
                    _ => {}
                },
                _ => {}
            }
        }
    }

    /// `#[..]` or `#![..]`, after the `#`.
    fn attribute(&mut self) {
        let mut next = self.pieces.code();
        let inner = next.is_some_and(|p| p.kind == Kind::Punct(b'!'));
        if inner {
            next = self.pieces.code();
        }
        let Some(open) = next.filter(|p| p.kind == Kind::Punct(b'[')) else {
            return;
        };
        let mut depth = 1usize;
        let mut end = open.end;
        while depth > 0 {
            let Some(piece) = self.pieces.code() else {
                return;
            };
            match piece.kind {
                Kind::Punct(b'[') => depth += 1,
                Kind::Punct(b']') => depth -= 1,
                _ => {}
            }
            end = piece.start;
        }
        let text = self.text.get(open.end..end).unwrap_or("").trim();
        self.read_attribute(text, inner);
    }

    fn read_attribute(&mut self, text: &str, inner: bool) {
        let word = text
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .next();
        let Some("path" | "cfg" | "cfg_attr") = word else {
            return;
        };
        let Ok(meta) = syn::parse_str::<syn::Meta>(text) else {
            return;
        };
        let cfgs = match self.open.last_mut() {
            Some(Open::Module(_, cfgs)) if inner => cfgs,
            _ if inner => return,
            _ => &mut self.attrs.cfg,
        };
        match &meta {
            syn::Meta::NameValue(pair) if pair.path.is_ident("path") => {
                self.attrs.path = attr::meta_text(&meta);
            }
            syn::Meta::List(list) if list.path.is_ident("cfg") => {
                cfgs.push(attr::predicate(list.tokens.clone()));
            }
            syn::Meta::List(list) if list.path.is_ident("cfg_attr") => {
                let metas = attr::conditional(&list.tokens).map(|(_, metas)| metas);
                let paths = metas.iter().flatten().filter(|m| m.path().is_ident("path"));
                // Of several conditional paths the first is taken.
                let path = paths.filter_map(attr::meta_text).next();
                self.attrs.path = self.attrs.path.take().or(path);
            }
            _ => {}
        }
    }

    /// After `mod`.
    fn module(&mut self) {
        let Some(name) = self.pieces.code().filter(|p| p.kind == Kind::Word) else {
            return;
        };
        let name = self.word(name);
        let attrs = std::mem::take(&mut self.attrs);
        match self.pieces.code().map(|p| p.kind) {
            Some(Kind::Punct(b';')) => self.declare(name, attrs, false),
            Some(Kind::Punct(b'{')) => {
                let module = InlineModule {
                    name,
                    path: attrs.path,
                };
                self.open.push(Open::Module(module, attrs.cfg));
            }
            _ => {}
        }
    }

    /// After `include`: `!("literal")`, possibly in a `concat!` that is left alone.
    fn include(&mut self) {
        let bang = self.pieces.code().map(|p| p.kind);
        if bang != Some(Kind::Punct(b'!')) {
            return;
        }
        let Some(Piece {
            kind: Kind::Punct(b'(' | b'[' | b'{'),
            ..
        }) = self.pieces.code()
        else {
            return;
        };
        let Some(literal) = self.pieces.code() else {
            return;
        };
        if literal.kind != Kind::Literal {
            return;
        }
        if let Ok(path) = syn::parse_str::<syn::LitStr>(self.pieces.slice(literal)) {
            let mut attrs = std::mem::take(&mut self.attrs);
            attrs.path = Some(path.value());
            self.declare(Name::EMPTY, attrs, true);
        }
    }

    fn word(&self, piece: Piece) -> Name {
        let text = self.pieces.slice(piece);
        Name::new(text.strip_prefix("r#").unwrap_or(text))
    }

    fn declare(&mut self, name: Name, attrs: Attrs, include: bool) {
        let mut all = Vec::new();
        let mut inside = Vec::new();
        for open in &self.open {
            if let Open::Module(module, cfgs) = open {
                inside.push(module.clone());
                all.extend(cfgs.iter().cloned());
            }
        }
        all.extend(attrs.cfg);
        self.out.push(ModDecl {
            name,
            path: attrs.path,
            inside,
            cfg: match all.len() {
                0 | 1 => all.pop(),
                _ => Some(Cfg::All(all)),
            },
            include,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let path = |d: &ModDecl| {
            let mut parts: Vec<&str> = d.inside.iter().map(|m| m.name.as_str()).collect();
            parts.push(d.name.as_str());
            parts.join("::")
        };
        module_decls(text).iter().map(path).collect()
    }

    #[test]
    fn declarations_at_any_depth() {
        let text = "mod a; pub(crate) mod b; // mod c;\n mod d { fn f() { if x { } } mod e; } \
                    cfg_if! { if #[cfg(x)] { mod g; } else { pub mod h; } } \"mod i;\" mod r#type;";
        assert_eq!(names(text), ["a", "b", "d::e", "g", "h", "type"]);
    }

    #[test]
    fn paths_and_conditions() {
        let text = "#[cfg(unix)] #[path = \"u/mod.rs\"] mod a; #[cfg(test)] mod t { #[allow(x)] \
                    mod inner; } mod plain;";
        let all = module_decls(text);
        assert_eq!(all[0].path.as_deref(), Some("u/mod.rs"));
        assert_eq!(all[0].cfg, Some(Cfg::Flag(Name::new("unix"))));
        assert_eq!(all[1].cfg, Some(Cfg::Flag(Name::new("test"))));
        assert_eq!(all[2].cfg, None);
    }

    #[test]
    fn includes_of_literals() {
        let text = "include!(\"gen/x.rs\"); include!(concat!(env!(\"OUT_DIR\"), \"/y.rs\")); \
                    include_str!(\"z\"); mod m { include!(\"w.rs\"); }";
        let all = module_decls(text);
        let paths: Vec<_> = all
            .iter()
            .map(|d| d.path.clone().unwrap_or_default())
            .collect();
        assert_eq!(paths, ["gen/x.rs", "w.rs"]);
        assert!(all[0].include && all[0].name.is_empty());
        assert_eq!(all[1].inside[0].name, "m");
    }

    #[test]
    fn attributes_belong_to_one_item() {
        let all = module_decls("#[cfg(a)] use x; #[cfg(b)] fn f() {} mod m;");
        assert_eq!(all[0].cfg, None);
    }
}
