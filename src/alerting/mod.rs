//! Rule groups over time: recording rules, alert states, `ALERTS` series, staleness; produces timelines.
