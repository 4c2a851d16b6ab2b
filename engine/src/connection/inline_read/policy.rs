//! Whether commands come one by one, so that the thread that submits them had better read their replies, too (see
//! [`super::read_handoff`]). Owns the rule, not the sockets.

/// A submission of more commands is not lonely.
const FEW_COMMANDS: usize = 4;

/// Nor is a batch of more.
const SMALL_BATCH: usize = 4096;

/// Nor is one on top of more unanswered bytes.
const FEW_BYTES: u64 = 1024;

/// A submission of so many commands ends a loan at once: the engine's thread can read while the other goes on.
const MANY_COMMANDS: usize = 64;

/// So many lonely submissions make a loan.
const HANDOFF_THRESHOLD: i32 = 16;

/// What a submission that is not lonely takes back.
const CONCURRENT_COST: i32 = 4;

/// So many more lonely submissions it takes after a loan that was of no use.
const HANDOFF_PENALTY: i32 = 256;

/// So far from a loan that none comes about.
const FORBIDDEN: i32 = i32::MIN / 2;

/// Counts lonely submissions.
#[derive(Debug, Default)]
pub(crate) struct InlineReadPolicy {
    state: PolicyState,
}

#[derive(Debug, Default)]
enum PolicyState {
    /// There is nobody to lend to.
    #[default]
    Never,
    /// With so many points.
    Own(i32),
    /// Lent, with so many points left.
    Lent(i32),
}

/// What is to be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    HandOff,
    TakeBack,
}

impl InlineReadPolicy {
    /// Of a connection whose reading side can be lent, or not.
    pub(crate) fn new(lends: bool) -> Self {
        Self { state: if lends { PolicyState::Own(0) } else { PolicyState::Never } }
    }

    /// `calls` were submitted on top of `unanswered` bytes: commands, and batches with so many `further` ones.
    #[inline]
    pub(crate) fn note(&mut self, calls: usize, extra_commands: usize, unanswered: u64) -> Option<Decision> {
        let sequential = calls <= FEW_COMMANDS && extra_commands <= SMALL_BATCH && unanswered <= FEW_BYTES;
        match &mut self.state {
            PolicyState::Never => None,
            PolicyState::Own(points) if sequential => {
                *points += 1;
                if *points < HANDOFF_THRESHOLD {
                    return None;
                }
                // Should the task have no use for the question now, it is asked again later.
                *points = 0;
                Some(Decision::HandOff)
            }
            PolicyState::Own(points) => {
                // Below zero stands what was regretted, which company does not change.
                *points = (*points - CONCURRENT_COST).max((*points).min(0));
                None
            }
            PolicyState::Lent(points) if sequential => {
                *points = (*points + 1).min(HANDOFF_THRESHOLD);
                None
            }
            PolicyState::Lent(points) => {
                *points -= CONCURRENT_COST;
                (*points < 0 || calls + extra_commands >= MANY_COMMANDS).then_some(Decision::TakeBack)
            }
        }
    }

    /// The reading side was lent, or came back.
    pub(crate) fn moved(&mut self, handed_off: bool) {
        self.state = match self.state {
            PolicyState::Never => PolicyState::Never,
            // What was regretted while it was lent stays so.
            PolicyState::Own(points) | PolicyState::Lent(points) if !handed_off => {
                PolicyState::Own(points.min(0))
            }
            _ => PolicyState::Lent(HANDOFF_THRESHOLD),
        };
    }

    /// Allows loans, or forbids them. Answers whether the reading side has to come back now.
    pub(crate) fn allow(&mut self, allowed: bool) -> bool {
        if let PolicyState::Own(points) | PolicyState::Lent(points) = &mut self.state {
            if !allowed {
                *points = FORBIDDEN;
            } else if *points <= FORBIDDEN / 2 {
                *points = 0;
            }
        }
        !allowed && self.is_handed_off()
    }

    /// Whether the reading side is lent.
    pub(crate) fn is_handed_off(&self) -> bool {
        matches!(self.state, PolicyState::Lent(_))
    }

    /// The loan was of no use.
    pub(crate) fn penalize(&mut self) {
        if let PolicyState::Own(points) | PolicyState::Lent(points) = &mut self.state {
            *points = -HANDOFF_PENALTY;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sequential(inline_read: &mut InlineReadPolicy, times: i32) -> Option<Decision> {
        (0..times).fold(None, |last, _| last.or(inline_read.note(1, 0, 0)))
    }

    #[test]
    fn commands_one_by_one_make_a_loan() {
        let mut inline_read = InlineReadPolicy::new(true);
        assert_eq!(sequential(&mut inline_read, HANDOFF_THRESHOLD - 1), None);
        assert_eq!(inline_read.note(1, 0, 0), Some(Decision::HandOff));
    }

    #[test]
    fn the_question_is_asked_again_when_it_led_to_nothing() {
        let mut inline_read = InlineReadPolicy::new(true);
        assert_eq!(sequential(&mut inline_read, HANDOFF_THRESHOLD), Some(Decision::HandOff));
        assert_eq!(sequential(&mut inline_read, HANDOFF_THRESHOLD - 1), None);
        assert_eq!(inline_read.note(1, 0, 0), Some(Decision::HandOff));
    }

    #[test]
    fn many_at_once_end_a_loan() {
        let mut inline_read = InlineReadPolicy::new(true);
        inline_read.moved(true);
        assert_eq!(inline_read.note(MANY_COMMANDS, 0, 0), Some(Decision::TakeBack));
    }

    #[test]
    fn a_batch_by_itself_is_lonely_unless_it_is_large() {
        let mut inline_read = InlineReadPolicy::new(true);
        assert_eq!(sequential(&mut inline_read, HANDOFF_THRESHOLD - 1), None);
        assert_eq!(inline_read.note(1, SMALL_BATCH, 0), Some(Decision::HandOff));
        inline_read.moved(true);
        assert_eq!(inline_read.note(1, SMALL_BATCH, 0), None);
        assert_eq!(inline_read.note(1, SMALL_BATCH + 1, 0), Some(Decision::TakeBack));
    }

    #[test]
    fn some_company_is_borne_and_steady_company_is_not() {
        let mut inline_read = InlineReadPolicy::new(true);
        inline_read.moved(true);
        assert_eq!(inline_read.note(1, 0, FEW_BYTES + 1), None);
        assert_eq!(sequential(&mut inline_read, 100), None);
        let ended = (0..HANDOFF_THRESHOLD).find_map(|_| inline_read.note(FEW_COMMANDS + 1, 0, 0));
        assert_eq!(ended, Some(Decision::TakeBack));
    }

    #[test]
    fn a_loan_of_no_use_is_not_soon_made_again() {
        let mut inline_read = InlineReadPolicy::new(true);
        inline_read.moved(true);
        inline_read.penalize();
        inline_read.moved(false);
        assert_eq!(sequential(&mut inline_read, HANDOFF_PENALTY), None);
        assert_eq!(sequential(&mut inline_read, HANDOFF_THRESHOLD), Some(Decision::HandOff));
    }

    #[test]
    fn what_is_forbidden_does_not_come_about_and_what_is_lent_comes_back() {
        let mut inline_read = InlineReadPolicy::new(true);
        assert!(!inline_read.allow(false));
        assert_eq!(sequential(&mut inline_read, 100_000), None);
        assert!(!inline_read.allow(true));
        assert_eq!(sequential(&mut inline_read, HANDOFF_THRESHOLD), Some(Decision::HandOff));
        inline_read.moved(true);
        assert!(!inline_read.allow(true) && inline_read.is_handed_off());
        assert!(inline_read.allow(false));
        inline_read.moved(false);
        assert_eq!(sequential(&mut inline_read, 100_000), None);
    }

    #[test]
    fn what_was_regretted_is_not_forgiven_by_being_allowed() {
        let mut inline_read = InlineReadPolicy::new(true);
        inline_read.penalize();
        inline_read.allow(true);
        assert_eq!(sequential(&mut inline_read, HANDOFF_PENALTY), None);
    }

    #[test]
    fn nobody_is_asked_where_nobody_borrows() {
        let mut inline_read = InlineReadPolicy::new(false);
        assert_eq!(sequential(&mut inline_read, 10 * HANDOFF_THRESHOLD), None);
        inline_read.moved(true);
        assert_eq!(inline_read.note(MANY_COMMANDS, 0, 0), None);
    }
}
