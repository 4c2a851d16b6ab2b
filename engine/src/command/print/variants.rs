//! The ways to call a command that differ in the type of the reply: which variant bits are set, which are not, which may be.

use crate::command::row::Row;
use crate::command::shape::Shape;

/// Calls whose variant has the bits `on`, has none of `off`, and may have any other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Way {
    pub(crate) on: u8,
    pub(crate) off: u8,
    /// The members of the union that the reply is.
    pub(crate) reply: Vec<String>,
}

impl Way {
    /// Whether every call of `other` is one of this.
    fn includes(&self, other: &Self) -> bool {
        self.on & !other.on == 0 && self.off & !other.off == 0
    }
}

/// The members of the union that a reply is, by its shape and the variant.
type Members<'a> = &'a dyn Fn(&Shape, u8) -> Vec<String>;

/// The ways of a row over `bits`, of which `impossible` pairs are never set together. The first that fits a call has its reply.
pub(crate) fn ways(row: &Row, bits: u8, impossible: &[u8], members: Members<'_>) -> Vec<Way> {
    let single: Vec<u8> = (0..8).map(|at| 1 << at).filter(|bit| bits & bit != 0).collect();
    let variants: Vec<u8> = (0..=bits)
        .filter(|variant| variant & !bits == 0)
        .filter(|variant| impossible.iter().all(|pair| variant & pair != *pair))
        .collect();
    let mut all = vec![Way { on: 0, off: 0, reply: Vec::new() }];
    for bit in single {
        let with = |way: &Way| {
            let on = Way { on: way.on | bit, ..way.clone() };
            let off = Way { off: way.off | bit, ..way.clone() };
            [way.clone(), on, off]
        };
        all = all.iter().flat_map(with).collect();
    }
    for way in &mut all {
        let reached =
            variants.iter().filter(|variant| **variant & way.on == way.on && *variant & way.off == 0);
        way.reply = reply(row, reached.copied(), members);
    }
    all.retain(|way| !way.reply.is_empty());
    let same = |one: &Way, other: &Way| sorted(&one.reply) == sorted(&other.reply);
    let mut widest: Vec<Way> = all
        .iter()
        .filter(|way| !all.iter().any(|wider| wider != *way && wider.includes(way) && same(wider, way)))
        .cloned()
        .collect();
    widest.sort_by_key(|way| (way.reply.len(), (way.off.count_ones() == 0), way.on.count_ones()));
    let plain =
        |way: &Way| way.on == 0 && all.iter().all(|narrower| !way.includes(narrower) || same(way, narrower));
    if let Some(at) = widest.iter().position(plain) {
        let common = widest.remove(at);
        widest.insert(0, common);
    }
    widest
}

/// The members of all replies that the variants have, null behind the others.
fn reply(row: &Row, variants: impl Iterator<Item = u8>, members: Members<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for variant in variants {
        let case = row.cases.iter().find(|case| case.bits & variant == case.bits);
        for member in members(case.map_or(row.reply, |case| case.shape), variant) {
            if !found.contains(&member) {
                found.push(member);
            }
        }
    }
    let (null, mut others): (Vec<_>, Vec<_>) = found.into_iter().partition(|member| member == "null");
    others.extend(null);
    others
}

fn sorted(members: &[String]) -> Vec<&String> {
    let mut sorted: Vec<_> = members.iter().collect();
    sorted.sort();
    sorted
}

#[cfg(test)]
mod tests {
    use super::super::reply_type::ts_shape;
    use super::*;
    use crate::command::registry::table;

    fn of(method: &str, impossible: &[u8]) -> Vec<(u8, u8, String)> {
        let command = table().iter().find(|command| command.method == method).expect("a row");
        let bits = command.row.cases.iter().fold(0, |all, case| all | case.bits);
        ways(command.row, bits, impossible, &|shape, _| ts_shape(shape))
            .into_iter()
            .map(|way| (way.on, way.off, way.reply.join(" | ")))
            .collect()
    }

    #[test]
    fn a_row_without_cases_has_one_way() {
        assert_eq!(of("get", &[]), [(0, 0, "T | null".to_string())]);
    }

    #[test]
    fn a_bit_that_may_be_set_gives_the_union() {
        let expected = [
            (0, 1, "T[]"),
            (1, 0, "[member: T, score: number][]"),
            (0, 0, "T[] | [member: T, score: number][]"),
        ];
        assert_eq!(of("zdiff", &[]), expected.map(|(on, off, reply)| (on, off, reply.to_string())));
    }

    #[test]
    fn ways_with_one_reply_are_one() {
        let replies: Vec<_> = of("set", &[]).into_iter().map(|(_, _, reply)| reply).collect();
        assert_eq!(replies, ["'OK'", "'OK' | null", "T | null", "'OK' | T | null"]);
        assert_eq!(of("zadd", &[]).len(), 3);
        assert_eq!(of("increx", &[]).len(), 1);
    }

    #[test]
    fn what_is_never_set_together_widens_nothing() {
        assert_eq!(of("lcs", &[3]).len(), 6);
    }
}
