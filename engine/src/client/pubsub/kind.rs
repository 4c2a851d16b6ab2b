//! The three kinds of subscription, and the words that the server has for them.

/// What a subscription listens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubscriptionKind {
    /// One channel.
    Channel,
    /// The channels that match a pattern.
    Pattern,
    /// One shard channel: it belongs to a slot, as a key does.
    Shard,
}

/// Which way a subscription goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Subscribe,
    Unsubscribe,
}

impl SubscriptionKind {
    /// All of them, in the order in which they are restored.
    pub const ALL: [Self; 3] = [Self::Channel, Self::Pattern, Self::Shard];

    /// Its place in [`SubscriptionKind::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// The kind with this place in [`SubscriptionKind::ALL`].
    pub fn from_index(index: usize) -> Option<Self> {
        Self::ALL.get(index).copied()
    }

    /// The kind that the first word of a message names.
    pub(super) fn of_message(word: &[u8]) -> Option<Self> {
        match word {
            b"message" => Some(Self::Channel),
            b"pmessage" => Some(Self::Pattern),
            b"smessage" => Some(Self::Shard),
            _ => None,
        }
    }

    /// What the first word of an acknowledgement says.
    pub(super) fn of_acknowledgement(word: &[u8]) -> Option<(Direction, Self)> {
        [Direction::Subscribe, Direction::Unsubscribe]
            .into_iter()
            .flat_map(|verb| Self::ALL.map(|kind| (verb, kind)))
            .find(|(verb, kind)| kind.command(*verb).eq_ignore_ascii_case(word))
    }

    /// The command; its acknowledgements begin with the same word in lower case.
    pub(super) fn command(self, verb: Direction) -> &'static [u8] {
        match (verb, self) {
            (Direction::Subscribe, Self::Channel) => b"SUBSCRIBE",
            (Direction::Subscribe, Self::Pattern) => b"PSUBSCRIBE",
            (Direction::Subscribe, Self::Shard) => b"SSUBSCRIBE",
            (Direction::Unsubscribe, Self::Channel) => b"UNSUBSCRIBE",
            (Direction::Unsubscribe, Self::Pattern) => b"PUNSUBSCRIBE",
            (Direction::Unsubscribe, Self::Shard) => b"SUNSUBSCRIBE",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_their_places() {
        for (index, kind) in SubscriptionKind::ALL.into_iter().enumerate() {
            assert_eq!((kind.index(), SubscriptionKind::from_index(index)), (index, Some(kind)));
        }
        assert_eq!(SubscriptionKind::from_index(3), None);
    }

    #[test]
    fn an_acknowledgement_names_its_command() {
        assert_eq!(
            SubscriptionKind::of_acknowledgement(b"psubscribe"),
            Some((Direction::Subscribe, SubscriptionKind::Pattern))
        );
        assert_eq!(
            SubscriptionKind::of_acknowledgement(b"sunsubscribe"),
            Some((Direction::Unsubscribe, SubscriptionKind::Shard))
        );
        assert_eq!(SubscriptionKind::of_acknowledgement(b"message"), None);
        assert_eq!(SubscriptionKind::of_message(b"pmessage"), Some(SubscriptionKind::Pattern));
        assert_eq!(SubscriptionKind::of_message(b"subscribe"), None);
    }
}
