@NullMarked
package dev.gantry.controller.kube.access;

import org.jspecify.annotations.NullMarked;
