/** Tests of what custom definitions make. */
@NullMarked
package dev.gantry.controller.kube.custom;

import org.jspecify.annotations.NullMarked;
