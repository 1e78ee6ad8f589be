@NullMarked
package dev.gantry.controller.kube.apps;

import org.jspecify.annotations.NullMarked;
