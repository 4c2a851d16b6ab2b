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
const LEND_AT: i32 = 16;

/// What a submission that is not lonely takes back.
const COMPANY: i32 = 4;

/// So many more lonely submissions it takes after a loan that was of no use.
const REGRET: i32 = 256;

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
    Lend,
    Return,
}

impl InlineReadPolicy {
    /// Of a connection whose reading side can be lent, or not.
    pub(crate) fn new(lends: bool) -> Self {
        Self { state: if lends { PolicyState::Own(0) } else { PolicyState::Never } }
    }

    /// `calls` were submitted on top of `unanswered` bytes: commands, and batches with so many `further` ones.
    #[inline]
    pub(crate) fn note(&mut self, calls: usize, further: usize, unanswered: u64) -> Option<Decision> {
        let lonely = calls <= FEW_COMMANDS && further <= SMALL_BATCH && unanswered <= FEW_BYTES;
        match &mut self.state {
            PolicyState::Never => None,
            PolicyState::Own(points) if lonely => {
                *points += 1;
                if *points < LEND_AT {
                    return None;
                }
                // Should the task have no use for the question now, it is asked again later.
                *points = 0;
                Some(Decision::Lend)
            }
            PolicyState::Own(points) => {
                // Below zero stands what was regretted, which company does not change.
                *points = (*points - COMPANY).max((*points).min(0));
                None
            }
            PolicyState::Lent(points) if lonely => {
                *points = (*points + 1).min(LEND_AT);
                None
            }
            PolicyState::Lent(points) => {
                *points -= COMPANY;
                (*points < 0 || calls + further >= MANY_COMMANDS).then_some(Decision::Return)
            }
        }
    }

    /// The reading side was lent, or came back.
    pub(crate) fn moved(&mut self, lent: bool) {
        self.state = match self.state {
            PolicyState::Never => PolicyState::Never,
            // What was regretted while it was lent stays so.
            PolicyState::Own(points) | PolicyState::Lent(points) if !lent => PolicyState::Own(points.min(0)),
            _ => PolicyState::Lent(LEND_AT),
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
        !allowed && self.is_lent()
    }

    /// Whether the reading side is lent.
    pub(crate) fn is_lent(&self) -> bool {
        matches!(self.state, PolicyState::Lent(_))
    }

    /// The loan was of no use.
    pub(crate) fn regret(&mut self) {
        if let PolicyState::Own(points) | PolicyState::Lent(points) = &mut self.state {
            *points = -REGRET;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lonely(loneliness: &mut InlineReadPolicy, times: i32) -> Option<Decision> {
        (0..times).fold(None, |last, _| last.or(loneliness.note(1, 0, 0)))
    }

    #[test]
    fn commands_one_by_one_make_a_loan() {
        let mut loneliness = InlineReadPolicy::new(true);
        assert_eq!(lonely(&mut loneliness, LEND_AT - 1), None);
        assert_eq!(loneliness.note(1, 0, 0), Some(Decision::Lend));
    }

    #[test]
    fn the_question_is_asked_again_when_it_led_to_nothing() {
        let mut loneliness = InlineReadPolicy::new(true);
        assert_eq!(lonely(&mut loneliness, LEND_AT), Some(Decision::Lend));
        assert_eq!(lonely(&mut loneliness, LEND_AT - 1), None);
        assert_eq!(loneliness.note(1, 0, 0), Some(Decision::Lend));
    }

    #[test]
    fn many_at_once_end_a_loan() {
        let mut loneliness = InlineReadPolicy::new(true);
        loneliness.moved(true);
        assert_eq!(loneliness.note(MANY_COMMANDS, 0, 0), Some(Decision::Return));
    }

    #[test]
    fn a_batch_by_itself_is_lonely_unless_it_is_large() {
        let mut loneliness = InlineReadPolicy::new(true);
        assert_eq!(lonely(&mut loneliness, LEND_AT - 1), None);
        assert_eq!(loneliness.note(1, SMALL_BATCH, 0), Some(Decision::Lend));
        loneliness.moved(true);
        assert_eq!(loneliness.note(1, SMALL_BATCH, 0), None);
        assert_eq!(loneliness.note(1, SMALL_BATCH + 1, 0), Some(Decision::Return));
    }

    #[test]
    fn some_company_is_borne_and_steady_company_is_not() {
        let mut loneliness = InlineReadPolicy::new(true);
        loneliness.moved(true);
        assert_eq!(loneliness.note(1, 0, FEW_BYTES + 1), None);
        assert_eq!(lonely(&mut loneliness, 100), None);
        let ended = (0..LEND_AT).find_map(|_| loneliness.note(FEW_COMMANDS + 1, 0, 0));
        assert_eq!(ended, Some(Decision::Return));
    }

    #[test]
    fn a_loan_of_no_use_is_not_soon_made_again() {
        let mut loneliness = InlineReadPolicy::new(true);
        loneliness.moved(true);
        loneliness.regret();
        loneliness.moved(false);
        assert_eq!(lonely(&mut loneliness, REGRET), None);
        assert_eq!(lonely(&mut loneliness, LEND_AT), Some(Decision::Lend));
    }

    #[test]
    fn what_is_forbidden_does_not_come_about_and_what_is_lent_comes_back() {
        let mut loneliness = InlineReadPolicy::new(true);
        assert!(!loneliness.allow(false));
        assert_eq!(lonely(&mut loneliness, 100_000), None);
        assert!(!loneliness.allow(true));
        assert_eq!(lonely(&mut loneliness, LEND_AT), Some(Decision::Lend));
        loneliness.moved(true);
        assert!(!loneliness.allow(true) && loneliness.is_lent());
        assert!(loneliness.allow(false));
        loneliness.moved(false);
        assert_eq!(lonely(&mut loneliness, 100_000), None);
    }

    #[test]
    fn what_was_regretted_is_not_forgiven_by_being_allowed() {
        let mut loneliness = InlineReadPolicy::new(true);
        loneliness.regret();
        loneliness.allow(true);
        assert_eq!(lonely(&mut loneliness, REGRET), None);
    }

    #[test]
    fn nobody_is_asked_where_nobody_borrows() {
        let mut loneliness = InlineReadPolicy::new(false);
        assert_eq!(lonely(&mut loneliness, 10 * LEND_AT), None);
        loneliness.moved(true);
        assert_eq!(loneliness.note(MANY_COMMANDS, 0, 0), None);
    }
}
