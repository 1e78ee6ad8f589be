/**
 * Tells each change of an object to everybody who watches it: one subscription of the store, a memory of the last
 * changes, and a bounded queue for each watcher. Leaves it to others what a change means and how it is sent.
 */
@NullMarked
package dev.gantry.controller.kube.watch;

import org.jspecify.annotations.NullMarked;
