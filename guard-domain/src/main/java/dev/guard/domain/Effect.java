package dev.guard.domain;

/** What came of an operation that gives back, settles or sets something, and so has nothing to decide. */
public enum Effect implements Outcome {
    /** It took effect. */
    APPLIED,
    /** There was nothing for it to take effect on: the permit had lapsed, was given back already, or never was. */
    NOTHING,
    /** The reservation that was committed had lapsed; all that was spent is charged as debt. */
    LAPSED,
    /** The key remembers as many refunded permits as it may; nothing was given back. */
    REFUSED
}
