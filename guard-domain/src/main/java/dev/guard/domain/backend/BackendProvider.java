package dev.guard.domain.backend;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.GuardConfigurationException;

/**
 * How a backend is found: a module that brings one names an implementation of this interface as a service, and guard
 * picks the one whose {@link #name()} the configuration chose.
 */
public interface BackendProvider {

    /** The name by which configurations choose the backend, in lower case: letters, digits and hyphens. */
    String name();

    /**
     * Opens the backend.
     *
     * @throws GuardConfigurationException if a setting is unknown or malformed; the detail names it
     * @throws BackendUnavailableException if the store cannot be reached
     */
    Backend open(BackendSettings settings);
}
