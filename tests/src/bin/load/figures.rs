//! Rates of several rounds, and how they compare.

use std::fmt;
use std::time::Duration;

/// What one round of one load came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Round {
    /// Requests, or database transactions, a second.
    pub(crate) rate: u64,
    /// Half of them took no longer.
    pub(crate) p50: Duration,
    /// 99 of 100 took no longer; none where it was not measured.
    pub(crate) p99: Option<Duration>,
}

impl Round {
    /// A round that was one piece of work, which took this long for `count` of what is counted.
    pub(crate) fn once(count: u64, time: Duration) -> Self {
        Self {
            rate: rate(count, time),
            p50: time,
            p99: None,
        }
    }
}

/// How many a second.
pub(crate) fn rate(count: u64, time: Duration) -> u64 {
    let rate = u128::from(count) * 1_000_000 / time.as_micros().max(1);
    u64::try_from(rate).expect("a rate is a u64")
}

/// All rounds of one load.
#[derive(Debug)]
pub(crate) struct Series {
    name: String,
    rounds: Vec<Round>,
}

impl Series {
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            rounds: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, round: Round) {
        self.rounds.push(round);
    }

    /// The median rate.
    pub(crate) fn rate(&self) -> u64 {
        median(self.rounds.iter().map(|round| round.rate))
    }

    fn p50(&self) -> Duration {
        median(self.rounds.iter().map(|round| round.p50))
    }

    fn p99(&self) -> Option<Duration> {
        let known: Vec<Duration> = self.rounds.iter().filter_map(|round| round.p99).collect();
        (!known.is_empty()).then(|| median(known.into_iter()))
    }

    /// How this rate compares to another's, round by round, since what was measured side by side shares the machine's
    /// mood.
    pub(crate) fn ratio_to(&self, other: &Self) -> Ratio {
        let rounds = self.rounds.iter().zip(&other.rounds);
        let mut hundredths: Vec<u64> = rounds
            .map(|(ours, theirs)| ours.rate * 100 / theirs.rate.max(1))
            .collect();
        hundredths.sort_unstable();
        Ratio(hundredths)
    }
}

/// Prints the table of some series, in Markdown.
pub(crate) fn print_table(what: &str, series: &[&Series]) {
    println!("| {what} | a second | p50 | p99 |\n| --- | --- | --- | --- |");
    for one in series {
        let rates = one.rounds.iter().map(|round| round.rate);
        let (least, most) = (rates.clone().min().unwrap_or(0), rates.max().unwrap_or(0));
        let p99 = one.p99().map_or_else(|| "–".to_owned(), milliseconds);
        println!(
            "| {} | {} ({least} – {most}) | {} | {p99} |",
            one.name,
            one.rate(),
            milliseconds(one.p50())
        );
    }
    println!();
}

/// Prints how something compares, and what it is to reach.
pub(crate) fn print_ratio(what: &str, ratio: &Ratio, goal: &str) {
    println!("- {what}: **{ratio}** (goal: {goal})");
}

/// Prints how something compares to what it cannot reach.
pub(crate) fn print_comparison(what: &str, ratio: &Ratio) {
    println!("- {what}: **{ratio}**");
}

/// A ratio in hundredths, one a round, sorted.
pub(crate) struct Ratio(Vec<u64>);

impl fmt::Display for Ratio {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |hundredths: u64| format!("{}.{:02}", hundredths / 100, hundredths % 100);
        let (least, most) = (self.0.first(), self.0.last());
        write!(
            formatter,
            "{} × ({} – {})",
            show(median(self.0.iter().copied())),
            show(least.copied().unwrap_or(0)),
            show(most.copied().unwrap_or(0))
        )
    }
}

fn milliseconds(time: Duration) -> String {
    let hundredths = (time.as_micros() + 5) / 10;
    format!("{}.{:02} ms", hundredths / 100, hundredths % 100)
}

fn median<T: Copy + Ord>(values: impl Iterator<Item = T>) -> T {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    values[values.len() / 2]
}
