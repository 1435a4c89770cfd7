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
     * @throws StoreRefusedException if the store is one that guard cannot work with at all, such as too old
     * @throws BackendUnavailableException if the store cannot be reached
     */
    Backend open(BackendSettings settings);

    /**
     * Opens the backend only to have its store looked at ({@link Backend#audit}), beside a guard of the same settings that may be running. A backend
     * that becomes a part of its store when it is opened does something else here; the others just open.
     *
     * @throws GuardConfigurationException as {@link #open} does
     * @throws BackendUnavailableException if the store cannot be reached
     */
    default Backend openForAudit(BackendSettings settings) {
        return open(settings);
    }
}
