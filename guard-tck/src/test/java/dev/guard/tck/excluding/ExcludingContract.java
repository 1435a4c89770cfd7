package dev.guard.tck.excluding;

import dev.guard.tck.TwoRules;

/** A contract beside whose class some rules are excluded, rightly and wrongly. */
public class ExcludingContract implements TwoRules {}
