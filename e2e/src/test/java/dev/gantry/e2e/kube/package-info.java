/** The real kubectl against a real server, and pods on a real engine. */
@NullMarked
package dev.gantry.e2e.kube;

import org.jspecify.annotations.NullMarked;
