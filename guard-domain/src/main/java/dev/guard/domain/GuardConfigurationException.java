package dev.guard.domain;

/**
 * A setting that guard cannot work with: a malformed limit, an unknown key, no backend or two. Raised while a guard, a
 * policy or a limit is built, never while it decides. Status 500.
 */
public class GuardConfigurationException extends GuardException {

    private static final long serialVersionUID = 1L;

    /** Makes an error whose detail names the setting, its value and what was expected. */
    public GuardConfigurationException(String detail) {
        super(500, detail);
    }

    /** Makes an error that another one caused. */
    public GuardConfigurationException(String detail, Throwable cause) {
        super(500, detail, cause);
    }
}
