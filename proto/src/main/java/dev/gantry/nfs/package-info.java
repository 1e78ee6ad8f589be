/** What may be said of directories that are shared by NFS, asked of by the controller and again by the agent that mounts them. Pure. */
@NullMarked
package dev.gantry.nfs;

import org.jspecify.annotations.NullMarked;
