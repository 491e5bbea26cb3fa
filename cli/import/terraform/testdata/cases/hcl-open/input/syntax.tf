resource "aws_appmesh_mesh" "m" {
  name = 
}
