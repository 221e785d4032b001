//! Sites: a statement within its calling context, so that two calls of one helper differ.

use super::value::SiteId;
use crate::ir::BlockId;
use crate::resolve::BodyRef;
use rustc_hash::FxHashMap;

/// A statement of a body entered from `parent`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Site {
    pub(crate) parent: SiteId,
    pub(crate) body: BodyRef,
    pub(crate) block: BlockId,
    pub(crate) stmt: u32,
}

/// All sites of one root.
#[derive(Default)]
pub(crate) struct Sites {
    sites: Vec<Site>,
    ids: FxHashMap<Site, SiteId>,
}

impl Sites {
    /// The root's own entry.
    pub(crate) const ROOT: SiteId = SiteId(0);

    pub(crate) fn clear(&mut self) {
        self.sites.clear();
        self.ids.clear();
    }

    pub(crate) fn add(&mut self, site: Site) -> SiteId {
        *self.ids.entry(site).or_insert_with(|| {
            self.sites.push(site);
            SiteId(self.sites.len() as u32)
        })
    }

    /// Whether the way from `outer`, which is not counted, to `inner` leads through such a body.
    pub(crate) fn passes(
        &self,
        inner: SiteId,
        outer: SiteId,
        body: impl Fn(BodyRef) -> bool,
    ) -> bool {
        let mut at = inner;
        while at != outer && at != Sites::ROOT && at.0 as usize <= self.sites.len() {
            let site = &self.sites[at.0 as usize - 1];
            if body(site.body) {
                return true;
            }
            at = site.parent;
        }
        false
    }

    /// Whether `inner` is `outer` or was reached from a call at `outer`.
    pub(crate) fn is_within(&self, inner: SiteId, outer: SiteId) -> bool {
        let mut at = inner;
        loop {
            if at == outer {
                return true;
            }
            if at == Sites::ROOT || at.0 as usize > self.sites.len() {
                return false;
            }
            at = self.sites[at.0 as usize - 1].parent;
        }
    }
}
