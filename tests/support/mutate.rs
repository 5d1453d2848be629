//! Breaks texts.

use super::expressions::Generator;

/// Changes, removes, repeats or adds a few bytes; what is added is one of `pieces`.
pub(crate) fn bytes(random: &mut Generator, input: &mut Vec<u8>, pieces: &[&str]) {
    for _ in 0..=random.below(3) {
        let at = random.below(input.len() + 1);
        match random.below(6) {
            0 if at < input.len() => input[at] = random.below(256) as u8,
            1 => {
                let end = (at + 1 + random.below(8)).min(input.len());
                input.drain(at.min(end)..end);
            }
            2 => {
                let end = (at + random.below(20)).min(input.len());
                let copy = input[at..end].to_vec();
                let target = random.below(input.len() + 1);
                input.splice(target..target, copy);
            }
            3 if random.below(4) == 0 => input.truncate(at),
            _ => {
                let piece = random.pick(pieces);
                input.splice(at..at, piece.bytes());
            }
        }
    }
}
