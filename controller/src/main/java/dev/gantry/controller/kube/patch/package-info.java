/**
 * Changes documents as clients ask for it: JSON patch, merge patch, strategic merge patch, and server-side apply with the record of who manages
 * which field. Pure; leaves reading the patch, checking the result and storing it to others.
 */
@NullMarked
package dev.gantry.controller.kube.patch;

import org.jspecify.annotations.NullMarked;
