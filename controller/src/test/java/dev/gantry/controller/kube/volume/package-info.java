/** Tests of claims and their volumes, in the store. */
@NullMarked
package dev.gantry.controller.kube.volume;

import org.jspecify.annotations.NullMarked;
