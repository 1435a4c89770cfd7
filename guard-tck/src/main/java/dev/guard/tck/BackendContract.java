package dev.guard.tck;

import dev.guard.domain.backend.Backend;
import java.util.List;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import org.opentest4j.AssertionFailedError;

/**
 * What every contract of the kit asks of a backend's author: to open the backend. The rules come with the interfaces that
 * extend this one; a test class implements those of the ports that its backend claims.
 *
 * <p>Rules are jqwik properties. How they are run is set by {@link TckSettings}. A rule that a backend is known not to keep is
 * excluded by a line in {@code guard-tck-exclusions.txt}, a resource beside the test class: the rule's number or, to
 * exclude one of its methods, {@code number/method}; then a space and the reason. It is run all the same, and an exclusion of a
 * rule that is kept fails. When the class is through, its conformance is written as Markdown and as JSON.
 */
@AddLifecycleHook(RuleRunner.class)
public interface BackendContract {

    /**
     * Opens a backend. Called anew for each try of each rule, and several times with the same namespace where a rule needs
     * several clients of one store. Whoever calls closes it.
     *
     * @param environment the namespace, the store's time and the client's clock that the rule needs
     */
    Backend open(TckEnvironment environment);

    /** The file of exclusions, if there is one, is in order. */
    @Property(tries = 1)
    @Label("A0 every exclusion names a rule of this contract and gives a reason")
    default void exclusionsAreInOrder() {
        List<String> mistakes = Exclusions.of(getClass()).mistakes(RuleMethod.all(getClass()));
        if (!mistakes.isEmpty()) {
            throw new AssertionFailedError("What is wrong:\n  " + Exclusions.FILE + ", "
                    + String.join("\n  " + Exclusions.FILE + ", ", mistakes));
        }
    }
}
