//! Tests of `check`: one definition a finding, and a sound one without any.
