package dev.guard.tck.soak;

import java.util.List;

/**
 * What came of the calls on a subject, over all workers.
 *
 * @param allowed how many permits were given
 * @param uncertain how many calls failed that may have counted
 * @param denied whether any was denied
 */
record SubjectCounts(long allowed, long uncertain, boolean denied) {

    /** The sum of answers, see {@link Subjects#counts}. */
    static SubjectCounts of(List<String> answers) {
        long allowed = 0;
        long uncertain = 0;
        boolean denied = false;
        for (String answer : answers) {
            int first = answer.indexOf(' ');
            int second = answer.indexOf(' ', first + 1);
            allowed += Long.parseLong(answer.substring(0, first));
            uncertain += Long.parseLong(answer.substring(first + 1, second));
            denied |= answer.endsWith(" 1");
        }
        return new SubjectCounts(allowed, uncertain, denied);
    }

    /**
     * What is wrong with them; empty if nothing is.
     *
     * @param remaining what the store says remains, or why it does not
     */
    String judge(long limit, String remaining) {
        long left;
        try {
            left = Long.parseLong(remaining);
        } catch (NumberFormatException e) {
            return "the store does not say what remains";
        }
        long charged = limit - left;
        if (allowed > limit) {
            return "more was allowed than the limit has";
        }
        if (allowed > charged) {
            return "more was allowed than the store remembers";
        }
        if (charged > allowed + uncertain) {
            return "the store charged more than was allowed or may have counted";
        }
        return denied && left > 0 ? "it was denied while permits remained" : "";
    }

    @Override
    public String toString() {
        return allowed + " allowed, " + uncertain + " uncertain" + (denied ? ", denied" : "");
    }
}
