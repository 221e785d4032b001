//! Writing out a rule's right side. All tokens keep their spans: those of the macro's body stand in
//! its definition, those of its arguments in the call.

use super::matcher::{Binding, Bindings};
use super::rules::{Node, is_punct};
use crate::name::Name;
use proc_macro2::{
    Delimiter, Group, Ident, Punct, Spacing, Span as TokenSpan, TokenStream, TokenTree,
};
use rustc_hash::FxHashSet;
use std::rc::Rc;

/// The state of writing out one expansion.
pub(super) struct Transcriber {
    call: TokenSpan,
    limit: usize,
    size: usize,
    /// The words of the call's arguments.
    words: FxHashSet<Name>,
    /// Variables of the body, in scope here, whose names are among those words.
    clashes: Vec<Name>,
}

impl Transcriber {
    /// For a call at this place; gives up beyond `limit` tokens. The body's own variables get
    /// other names if these are among `words`.
    pub(super) fn new(call: TokenSpan, limit: usize, words: FxHashSet<Name>) -> Transcriber {
        Transcriber {
            call,
            limit,
            size: 0,
            words,
            clashes: Vec::new(),
        }
    }

    /// The tokens and how many they are.
    pub(super) fn run(
        mut self,
        body: &[Node],
        locals: &[Name],
        bindings: &Bindings,
    ) -> Option<(TokenStream, usize)> {
        let tokens = self.scope(body, locals, bindings)?;
        Some((tokens, self.size))
    }

    /// The nodes of a group, in which its variables are in scope.
    fn scope(
        &mut self,
        nodes: &[Node],
        locals: &[Name],
        bindings: &Bindings,
    ) -> Option<TokenStream> {
        let outside = self.clashes.len();
        let clashing = locals.iter().filter(|name| self.words.contains(name));
        self.clashes.extend(clashing);
        let tokens = self.nodes(nodes, bindings);
        self.clashes.truncate(outside);
        tokens
    }

    fn nodes(&mut self, nodes: &[Node], bindings: &Bindings) -> Option<TokenStream> {
        let mut out = Vec::new();
        for (i, node) in nodes.iter().enumerate() {
            let next = nodes.get(i + 1);
            let before = i.checked_sub(1).and_then(|i| nodes.get(i));
            match self.renamed(node, before, next) {
                Some(other) => out.push(other),
                None => self.node(node, next, bindings, &mut out)?,
            }
        }
        Some(out.into_iter().collect())
    }

    /// A variable of the body under a name that the arguments do not use; fields keep theirs.
    fn renamed(
        &self,
        node: &Node,
        before: Option<&Node>,
        next: Option<&Node>,
    ) -> Option<TokenTree> {
        let Node::Token(TokenTree::Ident(word)) = node else {
            return None;
        };
        if self.clashes.is_empty() {
            return None;
        }
        let is = |node: Option<&Node>, c| matches!(node, Some(Node::Token(t)) if is_punct(t, c));
        let name = Name::new(&word.to_string());
        let declared =
            matches!(before, Some(Node::Token(TokenTree::Ident(w))) if w == "let" || w == "mut");
        let field = is(before, '.') || (is(next, ':') && !declared);
        if field || !self.clashes.contains(&name) {
            return None;
        }
        let name = name.as_str();
        let name = name.strip_prefix("r#").unwrap_or(name);
        Some(Ident::new(&format!("{name}_"), word.span()).into())
    }

    fn count(&mut self, n: usize) -> Option<()> {
        self.size += n;
        (self.size <= self.limit).then_some(())
    }

    fn node(
        &mut self,
        node: &Node,
        next: Option<&Node>,
        bindings: &Bindings,
        out: &mut Vec<TokenTree>,
    ) -> Option<()> {
        self.count(1)?;
        match node {
            Node::Token(token) => out.push(token.clone()),
            Node::Crate(at) => out.push(Ident::new("crate", *at).into()),
            Node::Group(delimiter, at, nodes, locals) => {
                let inner = self.scope(nodes, locals, bindings)?;
                let mut group = Group::new(*delimiter, inner);
                group.set_span(*at);
                out.push(group.into());
            }
            Node::Var { name, .. } => self.variable(*name, next, bindings, out)?,
            Node::Repeat {
                nodes,
                vars,
                separator,
                ..
            } => self.repeat(nodes, vars, separator, bindings, out)?,
        }
        Some(())
    }

    fn punct(&self, c: char) -> TokenTree {
        let mut punct = Punct::new(c, Spacing::Alone);
        punct.set_span(self.call);
        punct.into()
    }

    fn variable(
        &mut self,
        name: Name,
        next: Option<&Node>,
        bindings: &Bindings,
        out: &mut Vec<TokenTree>,
    ) -> Option<()> {
        let found = match bindings.get(&name) {
            Some(Binding::One(found)) => found,
            Some(Binding::Many(_)) => return None,
            None => {
                // Not a variable of this rule: a macro that defines a macro.
                out.push(self.punct('$'));
                out.push(identifier(name.as_str(), self.call)?);
                return Some(());
            }
        };
        self.count(found.tokens.len())?;
        let before_colons = matches!(next, Some(Node::Token(t)) if is_punct(t, ':'));
        if found.whole {
            let inner = found.tokens.iter().cloned().collect();
            let mut group = Group::new(Delimiter::None, inner);
            group.set_span(extent(&found.tokens).unwrap_or(self.call));
            out.push(group.into());
        } else if found.ty && before_colons {
            out.push(self.punct('<'));
            out.extend(found.tokens.iter().cloned());
            out.push(self.punct('>'));
        } else {
            out.extend(found.tokens.iter().cloned());
        }
        Some(())
    }

    fn repeat(
        &mut self,
        nodes: &[Node],
        vars: &[Name],
        separator: &[TokenTree],
        bindings: &Bindings,
        out: &mut Vec<TokenTree>,
    ) -> Option<()> {
        let mut inner = Bindings::default();
        let mut repeated: Vec<(Name, Rc<Vec<Binding>>)> = Vec::new();
        for name in vars {
            match bindings.get(name) {
                Some(Binding::Many(all)) => repeated.push((*name, all.clone())),
                Some(one) => drop(inner.insert(*name, one.clone())),
                None => {}
            }
        }
        let rounds = repeated.iter().map(|(_, all)| all.len()).max()?;
        for round in 0..rounds {
            for (name, all) in &repeated {
                inner.insert(*name, all.get(round)?.clone());
            }
            if round > 0 {
                out.extend(separator.iter().cloned());
            }
            out.extend(self.nodes(nodes, &inner)?);
        }
        Some(())
    }
}

fn identifier(name: &str, span: TokenSpan) -> Option<TokenTree> {
    Some(match name.strip_prefix("r#") {
        Some(raw) => Ident::new_raw(raw, span).into(),
        None => Ident::new(name, span).into(),
    })
}

/// From the first token to the last.
fn extent(tokens: &[TokenTree]) -> Option<TokenSpan> {
    tokens.first()?.span().join(tokens.last()?.span())
}
