package dev.guard.tck;

/** The rules of {@link TwoRules} and the optional one. */
class ThreeRulesContract implements TwoRules, TwoRules.More {}
