/**
 * A backend on the local disk of one machine, in this process. One writer thread decides, writes and syncs for all
 * callers who wait at the moment; what it acknowledged is synced and survives SIGKILL. Knows no types.
 */
@NullMarked
package dev.gantry.store.embedded;

import org.jspecify.annotations.NullMarked;
