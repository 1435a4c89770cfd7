package dev.guard.http;

/** The problem types of draft-ietf-httpapi-ratelimit-headers-10 that guard answers with, with the titles given there. */
enum ProblemType {
    /** A limit has too few permits left for the request. */
    QUOTA_EXCEEDED("quota-exceeded", "Request cannot be satisfied as assigned quota has been exceeded"),
    /** The client is blocked for what it did before, whatever its limits say. */
    ABNORMAL_USAGE_DETECTED(
            "abnormal-usage-detected", "Request not satisfied due to detection of abnormal request pattern"),
    /** guard itself has no room to count another client. */
    TEMPORARY_REDUCED_CAPACITY(
            "temporary-reduced-capacity", "Request cannot be satisfied due to temporary server capacity constraints");

    private static final String REGISTRY = "https://iana.org/assignments/http-problem-types#";

    private final String uri;
    private final String title;

    ProblemType(String name, String title) {
        this.uri = REGISTRY + name;
        this.title = title;
    }

    String uri() {
        return uri;
    }

    String title() {
        return title;
    }
}
