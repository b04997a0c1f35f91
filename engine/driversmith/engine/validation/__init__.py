"""Static checks of driver files: `file.validate_file`, `package.validate_package`, `package.validate_folder`."""
