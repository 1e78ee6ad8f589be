/**
 * Resource quotas: what each object is charged, how much of a namespace's is used, and whether there is room for more. Leaves to others when
 * they are asked.
 *
 * <p>No two creations take the same room, because of three things that hold together. Whoever adds to what is used writes that into the status
 * of every quota concerned in the same transaction, even if it says the same as before, guarded by the revision that was read: of two that rest on one image, one is decided anew.
 * Whoever counts anew does so from an image that has the quota at the revision by which the write is guarded, so that nothing came in between that
 * was not counted. And whoever creates a quota writes the record of its namespace, which every creation in it guards: so nothing comes in without
 * knowing all quotas. What goes away writes no quota; until it is counted anew, a quota says more than is used, never less.
 */
@NullMarked
package dev.gantry.controller.kube.quota;

import org.jspecify.annotations.NullMarked;
