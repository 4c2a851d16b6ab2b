//! Questions and orders to sentinels.

use oxidis_engine::error::ErrorKind;
use oxidis_engine::sentinel::SentinelQuery;
use oxidis_engine::value::Value;

use crate::fixture::{Fixture, NAME, within};
use crate::node::Manner;

fn query(words: &[&str]) -> SentinelQuery {
    SentinelQuery::new(words.iter().map(|word| (*word).to_owned()).collect()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_question_goes_to_whoever_answers_and_comes_back_in_its_shape() {
    let fixture = Fixture::new();
    fixture.sentinel(1).behave(Manner::Silent);
    let answer = within(fixture.sentinels.put(&query(&["master", NAME]))).await.unwrap();
    let Value::Map(fields) = answer else { panic!("{answer:?}") };
    assert!(fields.contains(&(Value::Status("port".into()), Value::Int(1))), "{fields:?}");
}

#[tokio::test(start_paused = true)]
async fn an_order_is_given_to_one_sentinel_only() {
    let fixture = Fixture::new();
    fixture.world.remove("s1:1");
    within(fixture.sentinels.put(&query(&["failover", NAME]))).await.unwrap();
    let orders = |number: usize| {
        let asked = fixture.sentinel(number).asked();
        asked.iter().filter(|query| query.to_ascii_lowercase().contains("failover")).count()
    };
    assert_eq!((orders(1), orders(2), orders(3)), (0, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn an_order_whose_answer_is_lost_is_not_given_again() {
    let fixture = Fixture::new();
    let order = query(&["failover", NAME]);
    // The handshake is answered; the order is not.
    fixture.sentinel(1).falls_silent_at("SENTINEL");
    let error = within(fixture.sentinels.put(&order)).await.unwrap_err();
    assert_eq!(error.maybe_executed(), Some(true));
    assert_eq!(error.message(), "no answer within 1000 ms (commandTimeout)");
    assert!(fixture.sentinel(2).asked().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_order_about_a_master_that_nobody_knows_has_a_line_for_each() {
    let fixture = Fixture::new();
    let error = within(fixture.sentinels.put(&query(&["failover", "other"]))).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Sentinel(_)));
    assert_eq!(error.maybe_executed(), Some(false));
    assert_eq!(
        error.message(),
        "no sentinel could be told:\n  s1:1: does not know this master's name\n  s2:1: does not know this \
         master's name\n  s3:1: does not know this master's name"
    );
}

#[tokio::test(start_paused = true)]
async fn only_what_has_a_row_can_be_asked() {
    assert!(SentinelQuery::new(vec!["nonsense".to_owned()]).is_err());
}
