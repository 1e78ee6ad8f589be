/** Tests of server-side apply, on documents. */
@NullMarked
package dev.gantry.controller.kube.apply;

import org.jspecify.annotations.NullMarked;
