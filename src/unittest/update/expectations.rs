//! A list of what is expected, as it should be.

use rustc_hash::FxHashMap;

use super::super::report::{Difference, FieldDifference};
use super::{Extent, Why};
use crate::source::{Edit, Span};
use crate::yaml::edit::{Editor, Place, Value};

/// What alerts and samples do differently.
pub(super) trait Expectations {
    /// The key of the list.
    const KEY: &'static str;

    /// Whether it is all the same if fewer are there than are expected, as long as something is.
    const MAY_SHRINK: bool;

    /// What is there.
    type Actual;

    /// All that is there; differences name it by its index.
    fn actual(&self) -> &[Self::Actual];

    /// Whether a test can expect it.
    fn check(_actual: &Self::Actual) -> Result<(), Why> {
        Ok(())
    }

    /// The edits of an item, of which there is something, and of which `fields` are not as in `actual`.
    fn changed(
        editor: &Editor<'_>,
        item: Place<'_>,
        fields: &[FieldDifference],
        actual: &Self::Actual,
    ) -> Result<Vec<Edit>, Why>;

    /// The entries of a new item.
    fn entries(actual: &Self::Actual) -> Vec<(String, Value)>;
}

/// The edits of the assertion at `place`. Items that nothing is like go, those that differ are changed where they
/// stand, and what else there is comes behind those that are there.
pub(super) fn edits<E: Expectations>(
    editor: &Editor<'_>,
    place: Place<'_>,
    expectations: &E,
    differences: &[Difference],
    extent: Extent,
) -> Result<Vec<Edit>, Why> {
    if extent == Extent::Present && is_lost(expectations, differences) {
        return Err(Why::Gone);
    }
    let list = place.entry(editor, E::KEY)?;
    let items = list.map_or(Ok(Vec::new()), |list| list.items(editor))?;
    let indices: FxHashMap<Span, usize> = items.iter().enumerate().map(|(at, item)| (item.node.span, at)).collect();
    let actual = |index: usize| {
        let actual = expectations.actual().get(index).ok_or(Why::Layout)?;
        E::check(actual).map(|()| actual)
    };
    let mut kept = vec![true; items.len()];
    let (mut edits, mut added) = (Vec::new(), Vec::new());
    for difference in differences {
        match difference {
            Difference::Missing { span, .. } => {
                let index = indices.get(span).ok_or(Why::Layout)?;
                *kept.get_mut(*index).ok_or(Why::Layout)? = false;
            }
            Difference::Unexpected { actual: index } => added.push(Value::Map(E::entries(actual(*index)?))),
            Difference::Differs { actual: index, span, fields, .. } => {
                let item = indices.get(span).and_then(|index| items.get(*index)).ok_or(Why::Layout)?;
                item.check_free(editor)?;
                edits.extend(if item.node.as_mapping().is_none_or(|mapping| mapping.entries.is_empty()) {
                    item.add(editor, E::entries(actual(*index)?))?
                } else {
                    E::changed(editor, *item, fields, actual(*index)?)?
                });
            }
        }
    }
    let added = Value::List(added);
    edits.extend(match list {
        Some(list) => list.rewrite(editor, &kept, &added)?,
        None => place.add(editor, vec![(E::KEY.to_owned(), added)])?,
    });
    Ok(edits)
}

/// Whether something that is expected is not there any more, and nothing has come in its place: it may be the rule that
/// is broken.
fn is_lost<E: Expectations>(expectations: &E, differences: &[Difference]) -> bool {
    let count = |is: fn(&Difference) -> bool| differences.iter().filter(|difference| is(difference)).count();
    let missing = count(|difference| matches!(difference, Difference::Missing { .. }));
    let unexpected = count(|difference| matches!(difference, Difference::Unexpected { .. }));
    if E::MAY_SHRINK { missing > 0 && expectations.actual().is_empty() } else { missing > unexpected }
}
