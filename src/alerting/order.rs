//! What has to come before what, and what therefore has to go together.

/// Nodes with numbers, each of which may have to come after others.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// For each node those that come before it.
    before: Vec<Vec<usize>>,
}

impl Order {
    /// As many nodes, numbered from 0, in any order.
    pub(super) fn of(count: usize) -> Self {
        Order { before: vec![Vec::new(); count] }
    }

    /// One node more.
    pub(super) fn add(&mut self) -> usize {
        self.before.push(Vec::new());
        self.before.len() - 1
    }

    /// Says that `earlier` comes before `node`. Where they are the same, the node needs itself: it is a circle.
    pub(super) fn put_before(&mut self, earlier: usize, node: usize) {
        if let Some(before) = self.before.get_mut(node) {
            before.push(earlier);
        }
    }

    /// Says that two nodes go together.
    pub(super) fn put_together(&mut self, a: usize, b: usize) {
        self.put_before(a, b);
        self.put_before(b, a);
    }

    /// The nodes in sets: each set comes after those that it needs, and the nodes of one need each other. Where nothing else
    /// decides, lower numbers come first. Takes time in proportion to nodes and what was said of them.
    ///
    /// This is Tarjan's algorithm ("Depth-first search and linear graph algorithms", 1972) with a stack of its own.
    pub(super) fn sets(&self) -> Vec<Vec<usize>> {
        let mut search = Search { marks: vec![Mark::default(); self.before.len()], ..Search::default() };
        for node in 0..self.before.len() {
            search.visit(self, node);
        }
        search.sets
    }
}

/// A search through the nodes.
#[derive(Default)]
struct Search {
    marks: Vec<Mark>,
    /// How many nodes were found.
    found: usize,
    /// The nodes that were found and are in no set yet.
    open: Vec<usize>,
    sets: Vec<Vec<usize>>,
}

/// What is known of a node.
#[derive(Clone, Default)]
struct Mark {
    /// The number of those found before it, plus one; 0: it was not found yet.
    found: usize,
    /// The least such number of an open node that it needs.
    least: usize,
    is_open: bool,
}

impl Search {
    /// Finds everything that `node` needs, and the sets that are complete then.
    fn visit(&mut self, order: &Order, node: usize) {
        if self.marks.get(node).is_none_or(|mark| mark.found > 0) {
            return;
        }
        // On the way: a node, and how many of those before it have been looked at.
        let mut way = vec![(node, 0)];
        self.enter(node);
        while let Some((node, looked_at)) = way.last_mut() {
            let node = *node;
            let next = order.before.get(node).and_then(|before| before.get(*looked_at)).copied();
            *looked_at += 1;
            match next {
                Some(next) if self.marks.get(next).is_some_and(|mark| mark.found == 0) => {
                    self.enter(next);
                    way.push((next, 0));
                }
                Some(next) => {
                    let reached = self.marks.get(next).filter(|mark| mark.is_open).map(|mark| mark.found);
                    self.lower(node, reached);
                }
                None => {
                    way.pop();
                    self.leave(node);
                    let least = self.marks.get(node).filter(|mark| mark.is_open).map(|mark| mark.least);
                    if let Some((above, _)) = way.last() {
                        self.lower(*above, least);
                    }
                }
            }
        }
    }

    fn enter(&mut self, node: usize) {
        self.found += 1;
        if let Some(mark) = self.marks.get_mut(node) {
            *mark = Mark { found: self.found, least: self.found, is_open: true };
        }
        self.open.push(node);
    }

    fn lower(&mut self, node: usize, least: Option<usize>) {
        if let (Some(mark), Some(least)) = (self.marks.get_mut(node), least) {
            mark.least = mark.least.min(least);
        }
    }

    /// Closes the set that `node` was the first one of, if it was.
    fn leave(&mut self, node: usize) {
        if self.marks.get(node).is_none_or(|mark| mark.least < mark.found) {
            return;
        }
        let first = self.open.iter().rposition(|open| *open == node).unwrap_or(0);
        let mut set = self.open.split_off(first);
        for node in &set {
            if let Some(mark) = self.marks.get_mut(*node) {
                mark.is_open = false;
            }
        }
        set.sort_unstable();
        self.sets.push(set);
    }
}

#[cfg(test)]
mod tests {
    use super::Order;

    fn sets(count: usize, before: &[(usize, usize)]) -> Vec<Vec<usize>> {
        let mut order = Order::of(count);
        before.iter().for_each(|(earlier, node)| order.put_before(*earlier, *node));
        order.sets()
    }

    #[test]
    fn what_is_needed_comes_first() {
        assert_eq!(sets(3, &[]), [[0], [1], [2]]);
        assert_eq!(sets(3, &[(2, 0)]), [[2], [0], [1]]);
        assert_eq!(sets(4, &[(3, 1), (1, 0)]), [[3], [1], [0], [2]]);
    }

    #[test]
    fn circles_go_together() {
        assert_eq!(sets(3, &[(0, 0)]), [[0], [1], [2]]);
        assert_eq!(sets(4, &[(0, 2), (2, 0)]), [vec![0, 2], vec![1], vec![3]]);
        assert_eq!(sets(5, &[(1, 0), (0, 4), (4, 1), (3, 1)]), [vec![3], vec![0, 1, 4], vec![2]]);
        assert_eq!(sets(4, &[(1, 0), (0, 1), (3, 2), (2, 3), (2, 0)]), [vec![2, 3], vec![0, 1]]);
    }

    #[test]
    fn a_long_way_takes_no_stack() {
        let before: Vec<(usize, usize)> = (0..200_000).map(|node| (node + 1, node)).collect();
        assert_eq!(sets(200_001, &before).first(), Some(&vec![200_000]));
    }
}
