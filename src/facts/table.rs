//! A table of tab-separated columns whose rows are found by the first one.

/// Which row is where is worked out by the compiler: a run that asks for two metrics does not read a table of hundreds first.
pub(super) struct Table<const SLOTS: usize> {
    text: &'static str,
    /// Where rows begin in the text, each in the first slot from its hash on that was free.
    slots: [u16; SLOTS],
}

/// What a slot without a row holds.
const FREE: u16 = u16::MAX;

impl<const SLOTS: usize> Table<SLOTS> {
    /// One row a line. A line that begins with `#` is a comment. There are at least twice as many slots as rows.
    pub(super) const fn new(text: &'static str) -> Self {
        assert!(SLOTS.is_power_of_two() && text.len() < FREE as usize);
        let (mut slots, mut rows) = ([FREE; SLOTS], 0);
        let (bytes, mut at) = (text.as_bytes(), 0);
        while at < bytes.len() {
            let (start, mut end) = (at, None);
            while at < bytes.len() && bytes[at] != b'\n' {
                if bytes[at] == b'\t' && end.is_none() {
                    end = Some(at);
                }
                at += 1;
            }
            at += 1;
            if let Some(end) = end
                && bytes[start] != b'#'
            {
                rows += 1;
                assert!(rows * 2 <= SLOTS);
                let mut slot = first_slot(bytes.split_at(end).0.split_at(start).1, SLOTS);
                while slots[slot] != FREE {
                    slot = (slot + 1) % SLOTS;
                }
                slots[slot] = start as u16;
            }
        }
        Table { text, slots }
    }

    /// What stands behind a name and its tab; `None` where no row begins with it.
    pub(super) fn get(&self, name: &str) -> Option<&'static str> {
        let mut slot = first_slot(name.as_bytes(), SLOTS);
        loop {
            let start = *self.slots.get(slot)?;
            if start == FREE {
                return None;
            }
            let rest = self.text.get(usize::from(start)..)?.strip_prefix(name);
            // No column has a tab, so a name with one is none, even if it begins a line.
            if let Some(row) = rest.and_then(|rest| rest.strip_prefix('\t'))
                && !name.contains('\t')
            {
                return row.lines().next();
            }
            slot = (slot + 1) % SLOTS;
        }
    }

    /// All rows: the first column and what stands behind it.
    #[cfg(test)]
    pub(super) fn rows(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split_once('\t').unwrap())
    }
}

/// The slot in which a row of this name is looked for first. Eight bytes at a time: most names that are asked for are not there.
const fn first_slot(name: &[u8], slots: usize) -> usize {
    let (mut rest, mut hash) = (name, name.len() as u64);
    while let Some((eight, after)) = rest.split_first_chunk::<8>() {
        hash = with_eight(hash, u64::from_le_bytes(*eight));
        rest = after;
    }
    let mut last = 0;
    while let Some((byte, after)) = rest.split_first() {
        last = last << 8 | *byte as u64;
        rest = after;
    }
    // The upper half has seen all bytes.
    (with_eight(hash, last) >> 32) as usize % slots
}

const fn with_eight(hash: u64, bytes: u64) -> u64 {
    (hash.rotate_left(5) ^ bytes).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_by_their_first_column() {
        static TABLE: Table<16> = Table::new("# a\tcomment\na\t1\t2\nab\t3\n\n#b\t4\nc\t5");
        for (name, row) in [
            ("a", Some("1\t2")),
            ("ab", Some("3")),
            ("c", Some("5")),
            ("", None),
            ("# a", None),
            ("#b", None),
            ("b", None),
            ("abc", None),
            ("a\t1", None),
            ("a\t1\t2\nab", None),
        ] {
            assert_eq!(TABLE.get(name), row, "{name:?}");
        }
    }
}
