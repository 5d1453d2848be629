//! Native histograms, as Prometheus' `FloatHistogram`.
