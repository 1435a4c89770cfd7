/** guard as a service of its own. */
@NullMarked
package dev.guard.server;

import org.jspecify.annotations.NullMarked;
