package dev.guard.domain.backend;

import java.io.Serializable;
import java.util.Locale;

/**
 * One thing that an {@link Audit} found. The texts are clauses without a full stop, for the reader of a log or a terminal, and never hold a
 * secret.
 *
 * @param severity how bad it is
 * @param check what was looked at, in one word such as {@code eviction}; the same for all findings of one kind
 * @param found what there is, with the name of the server where there are several
 * @param meaning what comes of it
 * @param mend what to do about it; empty where nothing has to be done
 */
public record Finding(Severity severity, String check, String found, String meaning, String mend)
        implements Serializable {

    /** How bad a finding is, the worst first. */
    public enum Severity {
        /** The store can lose or refuse what guard relies on: a guard of strict mode does not start. */
        REFUSE,
        /** A guard starts, and its operator should know. */
        WARN,
        /** The store does not say. Nothing is guessed in its place. */
        UNKNOWN,
        /** Nothing has to be done: how things are. */
        INFO;

        /** The name in JSON: {@code refuse} and so on. */
        public String settingName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What keeps a guard of strict mode from starting. */
    public static Finding refuse(String check, String found, String meaning, String mend) {
        return new Finding(Severity.REFUSE, check, found, meaning, mend);
    }

    /** What an operator should know. */
    public static Finding warn(String check, String found, String meaning, String mend) {
        return new Finding(Severity.WARN, check, found, meaning, mend);
    }

    /** What the store does not say. */
    public static Finding unknown(String check, String found, String meaning, String mend) {
        return new Finding(Severity.UNKNOWN, check, found, meaning, mend);
    }

    /** How things are. */
    public static Finding info(String check, String found, String meaning) {
        return new Finding(Severity.INFO, check, found, meaning, "");
    }

    /** The finding in one line: what was found, what it means and, where there is something to do, what. */
    @Override
    public String toString() {
        return found + ": " + meaning + (mend.isEmpty() ? "" : "; " + mend);
    }
}
