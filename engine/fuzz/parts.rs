//! What the peer sends, in parts as they might arrive.

/// Cuts `wire` into parts of up to 32 bytes, whose sizes `sizes` say in turn.
pub(crate) fn parts<'a>(mut wire: &'a [u8], sizes: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    for size in sizes.iter().cycle() {
        if wire.is_empty() {
            break;
        }
        let (part, rest) = wire.split_at(wire.len().min(usize::from(size & 31) + 1));
        parts.push(part);
        wire = rest;
    }
    parts
}
