/** Volumes that outlive pods: claims, and the volumes that are made for them on the nodes of the pods that come first. */
@NullMarked
package dev.gantry.controller.kube.volume;

import org.jspecify.annotations.NullMarked;
