@NullMarked
package dev.gantry.controller.kube.type;

import org.jspecify.annotations.NullMarked;
