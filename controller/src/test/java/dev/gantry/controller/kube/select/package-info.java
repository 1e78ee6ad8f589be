@NullMarked
package dev.gantry.controller.kube.select;

import org.jspecify.annotations.NullMarked;
